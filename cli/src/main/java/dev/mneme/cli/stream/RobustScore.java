package dev.mneme.cli.stream;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How far a value lies above what is usual: the modified z-score 0.6745 (x - median) / MAD over the last values (Iglewicz
 * and Hoaglin, How to Detect and Handle Outliers, 1993). Median and MAD, unlike mean and deviation, do not mind the
 * outliers they are to find.
 */
final class RobustScore {
    /** Values that say what is usual. */
    static final int WINDOW = 1000;

    /** Fewer say nothing. */
    static final int FEWEST = 30;

    /** Where most values are equal the MAD is 0, and any other value would be infinitely far away. */
    private static final double SMALLEST_DEVIATION = 0.01;

    private static final double NORMAL = 0.6745;

    private final double[] ordered = new double[WINDOW];
    private final double[] recent = new double[WINDOW];
    private int count;
    private int oldest;

    /** The score of a value against those before it; NaN while these are too few. The value is one of them afterwards. */
    double add(double value) {
        double score = count < FEWEST ? Double.NaN : score(value);
        if (count == WINDOW) {
            remove(recent[oldest]);
        }
        insert(value);
        recent[oldest] = value;
        oldest = (oldest + 1) % WINDOW;
        return score;
    }

    /** The values that say what is usual, oldest first. */
    List<Double> values() {
        int first = count == WINDOW ? oldest : 0;
        return IntStream.range(0, count)
                .mapToObj(i -> recent[(first + i) % WINDOW])
                .toList();
    }

    private double score(double value) {
        double median = (ordered[(count - 1) / 2] + ordered[count / 2]) / 2;
        return NORMAL * (value - median) / Math.max(SMALLEST_DEVIATION, medianDeviation(median));
    }

    /** The median of the distances to the median, found by walking outwards from it. */
    private double medianDeviation(double median) {
        int above = 0;
        while (above < count && ordered[above] < median) {
            above++;
        }
        int below = above - 1;
        double lower = 0;
        double upper = 0;
        for (int i = 0; i <= count / 2; i++) {
            double down = below < 0 ? Double.POSITIVE_INFINITY : median - ordered[below];
            double up = above == count ? Double.POSITIVE_INFINITY : ordered[above] - median;
            upper = Math.min(down, up);
            lower = i <= (count - 1) / 2 ? upper : lower;
            if (down < up) {
                below--;
            } else {
                above++;
            }
        }
        return (lower + upper) / 2;
    }

    private void insert(double value) {
        int place = place(value);
        System.arraycopy(ordered, place, ordered, place + 1, count - place);
        ordered[place] = value;
        count++;
    }

    private void remove(double value) {
        int place = place(value);
        count--;
        System.arraycopy(ordered, place + 1, ordered, place, count - place);
    }

    private int place(double value) {
        int found = Arrays.binarySearch(ordered, 0, count, value);
        return found < 0 ? -found - 1 : found;
    }
}
