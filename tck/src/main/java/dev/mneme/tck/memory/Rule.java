package dev.mneme.tck.memory;

import dev.mneme.error.MnemeException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;
import org.opentest4j.TestAbortedException;

/** One sentence of the contract: what is promised, and where it stands. */
enum Rule {
    SHAPES(
            "shapes",
            "a step returns logits (batch, length, target vocabulary) of the model's element type, a next state that fits"
                    + " the schema, and scalar losses; the initial state fits the schema, too",
            "StepResult, StateSchema"),
    GRADIENTS(
            "gradients",
            "gradients of every parameter and of the carried state, through several segments, are derivatives of the values",
            "TensorBackend.gradients; a mechanism that cuts them on purpose says so with MemoryCase.cuttingGradients"),
    ENGINES(
            "engines",
            "equal seeds give equal parameters, and then equal values and gradients, on every engine",
            "ModuleContext, Initializer: parameters are drawn on the host, from the seed and the path"),
    STREAMING(
            "streaming",
            "a segment fed in pieces, however it is cut, alone or together with others, gives the logits and the next state"
                    + " of one step",
            "Controller.stream, Controller.feed, SegmentStream"),
    ROWS(
            "rows",
            "rows of a batch are independent streams: picking, permuting and repeating rows of the state and of the segment"
                    + " does the same to what comes out",
            "MemoryState.select"),
    RESET(
            "reset",
            "a row that is reset goes on like a fresh stream and the others as if nothing had happened; entries keep the"
                    + " shape they have in the initial state",
            "MemoryState.reset"),
    RESTORE(
            "restore",
            "the state is all a stream leaves behind: saved as bytes and loaded into another model of the same parameters, it"
                    + " goes on as before",
            "Reader, Writer: keep nothing between calls"),
    DETACH(
            "detach",
            "no gradient crosses a detached state",
            "MemoryState.detach; Reader, Writer: keep nothing between calls"),
    BOUND(
            "bound",
            "the state stays within the bound of its schema and finite, and stops growing after the first segments",
            "StateSchema.boundBytes"),
    ADVANCE(
            "advance",
            "advance leaves the next state and the auxiliary losses of a step with the same random keys",
            "Controller.advance"),
    REPLAY(
            "replay",
            "memory replay gives the gradients of full back-propagation through time, those at the carried state included",
            "Controller.advance, Pass.random: a segment replayed from its state with its keys is the same segment"),
    SEEDS(
            "seeds",
            "parameters follow the seed, dropout follows the keys of the pass, and nothing else is random",
            "ModuleContext.seed, Pass.random"),
    RELEASE(
            "release",
            "every native tensor returns when its scope, its stream or the mechanism is closed",
            "TensorScope, SegmentStream.close, Module.close"),
    CONFIGURATION(
            "configuration",
            "defaults bind, every key says what it is, and values out of range are refused by name",
            "Setting, Settings"),
    PROVIDER(
            "provider",
            "the provider has a valid name and a full description, and ServiceLoader finds it",
            "MemoryProvider, MemoryDescription"),
    FORMS(
            "forms",
            "a mechanism is built for every task form, or refuses the form with CONFIG_INVALID and says so in its test",
            "MemoryProvider.create; MemoryCase.refusing"),
    THREADS(
            "threads",
            "two threads that evaluate one mechanism get what each would get alone",
            "Controller; Reader, Writer: keep nothing between calls"),
    CAUSALITY(
            "causality",
            "logits do not depend on later tokens of the segment they predict",
            "LayerInput.hidden, ReadRequest"),
    PADDING(
            "padding",
            "padded tokens influence neither logits of other positions nor the next state; a row of nothing else stays finite",
            "Segment.valid, SegmentTrace.valid, LayerInput.valid");

    private final String title;
    private final String promise;
    private final String reading;

    Rule(String title, String promise, String reading) {
        this.title = title;
        this.promise = promise;
        this.reading = reading;
    }

    String title() {
        return title;
    }

    /**
     * A test of this rule whose failure says what is promised, what was seen and where to read.
     *
     * @param where what is tested: engine, form, case
     */
    // Throwable: an error of a native engine must be reported under its rule as well.
    DynamicTest test(String where, Executable body) {
        return DynamicTest.dynamicTest(title + ": " + where, () -> {
            try {
                body.execute();
            } catch (TestAbortedException skipped) {
                throw skipped;
            } catch (Throwable failure) {
                throw new AssertionError(message(where, failure), failure);
            }
        });
    }

    private String message(String where, Throwable failure) {
        boolean isOurs = failure instanceof AssertionError || failure instanceof MnemeException;
        String seen = isOurs ? failure.getMessage() : failure.toString();
        return "rule '" + title + "' is broken by " + where + "\n  promised: " + promise + "\n  seen: "
                + seen + "\n  read: " + reading
                + "; docs/writing-a-memory.md, \"Run the contract\"";
    }
}
