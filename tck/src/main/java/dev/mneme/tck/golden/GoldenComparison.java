package dev.mneme.tck.golden;

import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Compares computed tensors with those of a {@link GoldenFile} and knows which of them were never asked about, so that
 * a test cannot pass by leaving something out.
 */
public final class GoldenComparison {
    /** What values that are zero but for rounding may differ by, in F64. */
    private static final double ABSOLUTE = 1e-13;

    private final GoldenFile file;
    private final double relative;
    private final Set<String> open = new LinkedHashSet<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * Starts a comparison of every tensor named {@code out.*} or {@code grad.*}.
     *
     * @param relative largest difference allowed, as a share of the largest stored absolute value of the tensor
     */
    public GoldenComparison(GoldenFile file, double relative) {
        this.file = file;
        this.relative = relative;
        for (String name : file.names()) {
            if (name.startsWith("out.") || name.startsWith("grad.")) {
                open.add(name);
            }
        }
    }

    /** Compares one tensor. */
    public void check(String name, Tensor actual) {
        check(name, actual.toDoubles());
    }

    /** As {@link #check(String, Tensor)} for row-major values. */
    public void check(String name, double[] actual) {
        double[] expected = file.doubles(name);
        open.remove(name);
        if (expected.length != actual.length) {
            problems.add(name + ": " + actual.length + " values, stored are " + file.shape(name));
            return;
        }
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            // NaN must not compare as equal: Math.max keeps it.
            difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
        }
        if (!(difference <= relative * largest + ABSOLUTE)) {
            problems.add(String.format(
                    Locale.ROOT, "%s: differs by %.3g, largest stored value %.3g", name, difference, largest));
        }
    }

    /**
     * Ends the comparison.
     *
     * @throws AssertionError listing every tensor that differs and every one that was not compared
     */
    public void assertComplete() {
        open.forEach(name -> problems.add(name + ": not compared"));
        if (!problems.isEmpty()) {
            throw new AssertionError(file + ":\n  " + String.join("\n  ", problems));
        }
    }
}
