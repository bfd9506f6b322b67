package dev.mneme.tasks.generated;

import dev.mneme.tasks.generated.SortDriftConfig.DriftWeights;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A distribution over symbols that changes linearly from one to another.
 *
 * @param from running sums of the first one's weights
 * @param to running sums of the last one's
 */
record Drift(double[] from, double[] to) {

    static Drift draw(int symbols, DriftWeights weights, SplittableRandom random) {
        return new Drift(sums(symbols, weights, random), sums(symbols, weights, random));
    }

    private static double[] sums(int symbols, DriftWeights weights, SplittableRandom random) {
        double[] sums = new double[symbols];
        for (int i = 0; i < symbols; i++) {
            double weight = weights == DriftWeights.NORMAL ? Math.exp(random.nextGaussian()) : random.nextInt(1, 10);
            sums[i] = weight + (i == 0 ? 0 : sums[i - 1]);
        }
        return sums;
    }

    /** Symbol {@code i} of {@code length}, counted from 0: with probability i / length of the last distribution. */
    int symbol(int i, int length, SplittableRandom random) {
        double[] sums = random.nextInt(length) < i ? to : from;
        int found = Arrays.binarySearch(sums, random.nextDouble(sums[sums.length - 1]));
        return found >= 0 ? found + 1 : -found - 1;
    }
}
