package dev.mneme.tck.memory;

import java.util.Map;

/** Compares numbers and says where they differ. */
final class Numbers {
    private Numbers() {}

    /** Within a tolerance relative to the larger of 1 and the expected value; NaN equals NaN. */
    static void assertClose(double[] actual, double[] expected, double tolerance, String what) {
        if (actual.length != expected.length) {
            throw new AssertionError(what + ": expected " + expected.length + " numbers, got " + actual.length);
        }
        for (int i = 0; i < expected.length; i++) {
            if (!close(actual[i], expected[i], tolerance)) {
                throw new AssertionError(what + ": element " + i + " of " + expected.length + ": expected "
                        + expected[i] + ", got " + actual[i] + " (tolerance " + tolerance + ")");
            }
        }
    }

    /**
     * As {@link #assertClose(double[], double[], double, String)} for each name.
     *
     * @param what put before the name
     */
    static void assertClose(
            Map<String, double[]> actual, Map<String, double[]> expected, double tolerance, String what) {
        if (!actual.keySet().equals(expected.keySet())) {
            throw new AssertionError(what + "names: expected " + expected.keySet() + ", got " + actual.keySet());
        }
        expected.forEach((name, values) -> {
            double[] found = actual.get(name);
            assertClose(found == null ? new double[0] : found, values, tolerance, what + name);
        });
    }

    static boolean close(double actual, double expected, double tolerance) {
        return Double.compare(actual, expected) == 0
                || Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
    }

    static void assertDiffers(double[] actual, double[] other, String message) {
        for (int i = 0; i < other.length; i++) {
            if (!close(actual[i], other[i], 1e-9)) {
                return;
            }
        }
        throw new AssertionError(message);
    }

    static void assertFinite(double[] values, String what) {
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new AssertionError(what + ": element " + i + " of " + values.length + " is " + values[i]);
            }
        }
    }
}
