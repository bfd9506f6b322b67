package dev.mneme.tck;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/** A test whose failure says its name: some reports show dynamic tests by number only. */
final class Check {
    private Check() {}

    // Throwable: an error of a native engine must be reported under its test's name as well.
    static DynamicTest named(String name, Executable body) {
        return DynamicTest.dynamicTest(name, () -> {
            try {
                body.execute();
            } catch (Throwable failure) {
                throw new AssertionError(name + ": " + failure.getMessage(), failure);
            }
        });
    }
}
