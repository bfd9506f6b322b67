package dev.mneme.tck;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/** One rule of the contract of engines: its number and name in {@code docs/spi-rules.md}, and what it says. */
enum EngineRule {
    VALUES(
            "7.1",
            "engine-values",
            "every operation MUST give the values of its definition, in F64 and in F32, for shapes with sizes 0 and 1 as well",
            "Tensor"),
    LAYOUTS(
            "7.2",
            "engine-layouts",
            "an operation MUST give the same values whether its operands are dense, permuted, sliced or expanded",
            "Tensor; ArrayKernels: shape operations may return views"),
    GRADIENTS(
            "7.3",
            "engine-gradients",
            "gradients of every differentiable operation MUST be derivatives of its values, in F32 as far as F32 goes",
            "TensorBackend.gradients"),
    HANDLES(
            "7.4",
            "engine-handles",
            "an operation MUST leave its operands open and unchanged, give the caller one handle a result, and handles MUST"
                    + " live independently",
            "Tensor, ArrayKernels: ownership"),
    SEMANTICS(
            "7.5",
            "engine-semantics",
            "operations MUST keep what their Javadoc says of ties, empty axes, infinities, large integers and in-place"
                    + " assignment",
            "Tensor"),
    GRAPHS(
            "7.6",
            "engine-graphs",
            "gradients MUST flow along every path once, stop where detached or not recorded, and take cotangents",
            "TensorBackend.gradients, noGradient; Tensor.variable, detach"),
    RANDOM(
            "7.7",
            "engine-random",
            "random numbers MUST be a function of shape, type and key alone, and look like their distribution",
            "TensorBackend.uniform, normal"),
    MEMORY(
            "7.8",
            "engine-memory",
            "native memory MUST return when handles and scopes are closed, without a garbage collector, and be counted",
            "TensorScope, MemoryStatistics"),
    ERRORS(
            "7.9",
            "engine-errors",
            "a broken argument MUST be refused with the code and the words that name operation, sizes and types",
            "ErrorCode, MnemeException"),
    TRAINING(
            "7.10",
            "engine-training",
            "a small network MUST learn, the same way every time and as on the reference engine",
            "TensorBackend.adamW");

    private static final String PAGE = "docs/spi-rules.md";

    private final String number;
    private final String title;
    private final String promise;
    private final String reading;

    EngineRule(String number, String title, String promise, String reading) {
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

    /** The same tests, whose failures say what is promised, what was seen and where to read. */
    Stream<DynamicTest> over(Stream<DynamicTest> tests) {
        return tests.map(test -> DynamicTest.dynamicTest(test.getDisplayName(), () -> {
            try {
                test.getExecutable().execute();
            } catch (TestAbortedException skipped) {
                throw skipped;
            } catch (Throwable failure) {
                throw new AssertionError(message(test.getDisplayName(), failure), failure);
            }
        }));
    }

    private String message(String test, Throwable failure) {
        String prefix = test + ": ";
        String text = String.valueOf(failure.getMessage());
        String seen = text.startsWith(prefix) ? text.substring(prefix.length()) : text;
        return "rule " + number + " '" + title + "' is broken by " + test + "\n  promised: " + promise + "\n  seen: "
                + seen.strip() + "\n  read: " + reading + "; " + PAGE + "#" + title;
    }
}
