package dev.mneme.tck.memory;

import dev.mneme.error.MnemeException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;
import org.opentest4j.TestAbortedException;

/**
 * One rule of the contract: its number and name in {@code docs/spi-rules.md}, what it says, and what to read about it. The
 * page and this list are compared by a test.
 */
enum Rule {
    PROVIDER(
            "1.1",
            "provider",
            "an entry point MUST be a public class with a public constructor without arguments, have a valid name and a full"
                    + " description, and be found by ServiceLoader",
            "MemoryProvider, MemoryDescription"),
    CONFIGURATION(
            "1.2",
            "configuration",
            "the defaults MUST bind; every key MUST say what it is, keep the value it is given and hold its own bounds; a"
                    + " value out of range and a key that does not exist MUST be refused by name",
            "Setting, Settings"),
    BOUNDS(
            "1.3",
            "bounds",
            "every choice and every smallest value of a key MUST give a mechanism that runs, or be refused with"
                    + " CONFIG_INVALID by a message that names key and value",
            "Setting, MemoryProvider.create"),
    FORMS(
            "1.4",
            "forms",
            "a mechanism MUST be built for every task form, or refuse the form with CONFIG_INVALID and say so in its test",
            "MemoryProvider.create; MemoryCase.refusing"),
    ISOLATION(
            "1.5",
            "isolation",
            "a plugin MUST run with its own classes, the JDK's and those of the API alone, and MUST NOT hold classes in"
                    + " packages of the API; a jar MUST name itself in its manifest",
            "MemoryProvider, SpiVersion; MemoryContract.plugin"),
    BOUND(
            "2.1",
            "bound",
            "the state MUST stay within the bound of its schema and finite, and stop growing after the first segments",
            "StateSchema.boundBytes"),
    ROWS(
            "2.2",
            "rows",
            "rows of a batch MUST be independent streams: picking, permuting and repeating rows of the state and of the"
                    + " segment does the same to what comes out",
            "MemoryState.select"),
    RESET(
            "2.3",
            "reset",
            "a row that is reset MUST go on like a fresh stream and the others as if nothing had happened; entries keep the"
                    + " shape they have in the initial state",
            "MemoryState.reset"),
    RESTORE(
            "2.4",
            "restore",
            "the state MUST be all a stream leaves behind: saved as bytes and loaded into another model of the same"
                    + " parameters, it goes on as before",
            "Reader, Writer: keep nothing between calls"),
    FORK(
            "2.5",
            "fork",
            "a state MUST stay what it is: a stream can go on from it any number of times, and no step, advance or stream"
                    + " changes the values it was given",
            "MemoryState; Writer.write returns new tensors"),
    DETACH(
            "2.6",
            "detach",
            "a gradient MUST NOT cross a detached state",
            "MemoryState.detach; Reader, Writer: keep nothing between calls"),
    SHAPES(
            "3.1",
            "shapes",
            "a step MUST return logits (batch, length, target vocabulary) of the model's element type, a next state that"
                    + " fits the schema, and scalar losses; the initial state MUST fit the schema, too",
            "StepResult, StateSchema"),
    STREAMING(
            "3.2",
            "streaming",
            "a segment fed in pieces, however it is cut, alone or together with others, MUST give the logits and the next"
                    + " state of one step",
            "Controller.stream, Controller.feed, SegmentStream"),
    ADVANCE(
            "3.3",
            "advance",
            "advance MUST leave the next state and the auxiliary losses of a step with the same random keys",
            "Controller.advance"),
    CAUSALITY(
            "3.4",
            "causality",
            "logits MUST depend on the token they stand at and MUST NOT depend on later tokens of the segment they predict",
            "LayerInput.hidden, ReadRequest"),
    PADDING(
            "3.5",
            "padding",
            "padded tokens MUST influence neither logits of other positions nor the next state; a row of nothing else MUST"
                    + " stay finite",
            "Segment.valid, SegmentTrace.valid, LayerInput.valid"),
    ROLES(
            "3.6",
            "roles",
            "a step, an advance and a stream MUST ask the reader that the controller was built around in every block, and call"
                    + " the writer that it was built around before every block and once at the end",
            "Roles, ReadRequest, Writer; ForwardingReader and ForwardingWriter stand before one"),
    GRADIENTS(
            "4.1",
            "gradients",
            "gradients of every parameter and of the carried state, through several segments, MUST be derivatives of the"
                    + " values",
            "TensorBackend.gradients; a mechanism that cuts them on purpose says so with MemoryCase.cuttingGradients"),
    REPLAY(
            "4.2",
            "replay",
            "memory replay MUST give the gradients of full back-propagation through time, those at the carried state"
                    + " included",
            "Controller.advance, Pass.random: a segment replayed from its state with its keys is the same segment"),
    SEEDS(
            "4.3",
            "seeds",
            "parameters MUST follow the seed, dropout MUST follow the keys of the pass, and nothing else may be random",
            "ModuleContext.seed, Pass.random"),
    ENGINES(
            "4.4",
            "engines",
            "equal seeds MUST give equal parameters, and then equal values and gradients, on every engine",
            "ModuleContext, Initializer: parameters are drawn on the host, from the seed and the path"),
    RELEASE(
            "5.1",
            "release",
            "every native tensor MUST return when its scope, its stream or the mechanism is closed",
            "TensorScope, SegmentStream.close, Module.close"),
    THREADS(
            "5.2",
            "threads",
            "two threads that evaluate one mechanism MUST get what each would get alone",
            "Controller; Reader, Writer: keep nothing between calls"),
    VIEWS(
            "5.3",
            "views",
            "whoever looks MUST NOT change what a step computes; views MUST be finite, keep the states they are made of and"
                    + " leave no native tensor behind; a view MUST keep its kind, words and panels from segment to segment",
            "Memory.views, MemoryView, Pass.observer");

    private static final String PAGE = "docs/spi-rules.md";

    private final String number;
    private final String title;
    private final String promise;
    private final String reading;

    Rule(String number, String title, String promise, String reading) {
        this.number = number;
        this.title = title;
        this.promise = promise;
        this.reading = reading;
    }

    String number() {
        return number;
    }

    /** Also the anchor on the page. */
    String title() {
        return title;
    }

    String promise() {
        return promise;
    }

    /**
     * A test of this rule whose failure says what is promised, what was seen and where to read.
     *
     * @param where what is tested: engine, form, case
     */
    // Throwable: an error of a native engine must be reported under its rule as well.
    DynamicTest test(String where, Executable body) {
        return DynamicTest.dynamicTest(number + " " + title + ": " + where, () -> {
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
        return "rule " + number + " '" + title + "' is broken by " + where + "\n  promised: " + promise + "\n  seen: "
                + seen + "\n  read: " + reading + "; " + PAGE + "#" + title;
    }
}
