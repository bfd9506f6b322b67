package dev.mneme.cli.experiment;

import dev.mneme.cli.console.Quantity;
import org.jspecify.annotations.Nullable;

/**
 * What must come out. Exactly one of the bounds is given.
 *
 * @param of name of a run or evaluation
 * @param metric such as {@code accuracy}
 * @param min smallest value
 * @param max largest value
 * @param maxAboveBound largest value above the task's chance accuracy
 * @param atLeast name of another run or evaluation whose value must be reached
 * @param tolerance by which {@code atLeast} may be missed
 * @param onSeeds on how many seeds it must hold; null = on all
 */
public record Expectation(
        String of,
        String metric,
        @Nullable Double min,
        @Nullable Double max,
        @Nullable Double maxAboveBound,
        @Nullable String atLeast,
        double tolerance,
        @Nullable Integer onSeeds) {
    public Expectation {
        int given = (min == null ? 0 : 1)
                + (max == null ? 0 : 1)
                + (maxAboveBound == null ? 0 : 1)
                + (atLeast == null ? 0 : 1);
        if (given != 1) {
            throw new IllegalArgumentException("the expectation of '" + of
                    + "' needs exactly one of min, max, max_above_bound and at_least, got " + given);
        }
        if (onSeeds != null && onSeeds < 1) {
            throw new IllegalArgumentException(
                    "on_seeds of the expectation of '" + of + "' must be at least 1, got " + onSeeds);
        }
    }

    /** Values to judge by. */
    interface Values {
        /** The metric of a run or evaluation. */
        double of(String name, String metric);

        /** The task's chance accuracy. */
        double bound();
    }

    /** Whether it holds; a value that is not a number never does. */
    boolean holds(Values values) {
        double value = values.of(of, metric);
        if (min != null) {
            return value >= min;
        }
        if (max != null) {
            return value <= max;
        }
        if (maxAboveBound != null) {
            return value <= values.bound() + maxAboveBound;
        }
        return value >= values.of(other(), metric) - tolerance;
    }

    /** Whether it holds on enough of the seeds judged. */
    boolean isMet(long held, long judged) {
        return held >= (onSeeds == null ? judged : Math.min(onSeeds, judged));
    }

    /** Such as {@code accuracy at least 99.0 %}. */
    String describe(double bound) {
        return onSeeds == null ? rule(bound) : rule(bound) + ", on " + onSeeds + (onSeeds == 1 ? " seed" : " seeds");
    }

    private String rule(double bound) {
        if (min != null) {
            return metric + " at least " + shown(min);
        }
        if (max != null) {
            return metric + " at most " + shown(max);
        }
        if (maxAboveBound != null) {
            return metric + " at most " + shown(bound + maxAboveBound) + " (bound + " + shown(maxAboveBound) + ")";
        }
        return metric + " at least that of '" + other() + "'" + (tolerance > 0 ? " less " + shown(tolerance) : "");
    }

    private String other() {
        if (atLeast == null) {
            throw new IllegalStateException("at_least is not given");
        }
        return atLeast;
    }

    private String shown(double value) {
        return metric.equals("accuracy") ? Quantity.percent(value) : Quantity.number(value);
    }
}
