package dev.mneme.infiniteformer;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Where vectors lie on the line.
 *
 * @param real of the vectors, in their order, in (0, 1]
 * @param padding outside of [0, 1], where the signal should be 0
 */
record Timeline(double[] real, double[] padding) {
    /** The first n vectors: midpoints of n equal parts, padding at the same distance on both sides. */
    static Timeline first(int length) {
        int behind = length / 2;
        double[] real = midpoints(0, length, length).toArray();
        double[] padding = DoubleStream.concat(
                        midpoints(-behind, 0, length), midpoints(length, length + behind, length))
                .toArray();
        return new Timeline(real, padding);
    }

    private static DoubleStream midpoints(int from, int to, int length) {
        return IntStream.range(from, to).mapToDouble(k -> (k + 0.5) / length);
    }

    /**
     * Old vectors squeezed into (0, contraction], new ones behind them up to 1.
     *
     * @param samples M
     * @param length of the new vectors, n
     * @param contraction tau
     */
    static Timeline later(int samples, int length, double contraction) {
        double[] real = new double[samples + length];
        for (int i = 1; i <= samples; i++) {
            real[i - 1] = contraction * i / samples;
        }
        for (int i = 1; i <= length; i++) {
            real[samples + i - 1] = contraction + (1 - contraction) * i / length;
        }
        int points = samples + length;
        double inset = 1.0 / (2 * length + samples);
        double[] padding = IntStream.range(0, 2 * points)
                .mapToDouble(k -> -0.5 + inset + k * (2 - 2 * inset) / (2 * points - 1))
                .filter(point -> point < 0 || point > 1)
                .toArray();
        return new Timeline(real, padding);
    }

    /** Where the old signal is sampled uniformly: i / M, never 0. */
    static double[] samples(int samples) {
        return IntStream.rangeClosed(1, samples)
                .mapToDouble(i -> (double) i / samples)
                .toArray();
    }

    /** Left edges of equal parts of [0, 1]. */
    static double[] leftEdges(int bins) {
        return IntStream.range(0, bins).mapToDouble(k -> (double) k / bins).toArray();
    }
}
