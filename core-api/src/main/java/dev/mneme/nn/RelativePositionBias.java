package dev.mneme.nn;

import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;

/**
 * A learned number per head and clipped distance, added to attention scores (Shaw et al., arXiv 1803.02155, reduced to
 * a scalar as in Raffel et al., arXiv 1910.10683, without buckets).
 */
public final class RelativePositionBias extends Module {
    private final int maxDistance;
    private final int headCount;
    private final Parameter weight;

    /**
     * All zero at the start.
     *
     * @param maxDistance farther keys share the value of this distance
     */
    public RelativePositionBias(ModuleContext context, int headCount, int maxDistance) {
        super(context);
        this.maxDistance = maxDistance;
        this.headCount = headCount;
        weight = parameter("weight", Initializer.constant(0), false, 2L * maxDistance + 1, headCount);
    }

    /**
     * Bias of {@code length} queries over {@code keys} keys, aligned at the end: (1, heads, length, keys).
     */
    public Tensor forward(int length, int keys) {
        return forward(length, keys, 0, 0, 0);
    }

    /**
     * As {@link #forward(int, int)} where some keys and queries are memory rows, which have no distance and get 0.
     *
     * @param leadingKeys the first keys
     * @param leadingQueries the first queries
     * @param trailing the last keys, and as many of the last queries
     */
    public Tensor forward(int length, int keys, int leadingKeys, int leadingQueries, int trailing) {
        long[] distances = new long[length * keys];
        boolean[] free = new boolean[length * keys];
        for (int i = 0; i < length; i++) {
            for (int j = 0; j < keys; j++) {
                int distance = j - (i + keys - length);
                distances[i * keys + j] = Math.max(-maxDistance, Math.min(maxDistance, distance)) + maxDistance;
                free[i * keys + j] =
                        j < leadingKeys || i < leadingQueries || j >= keys - trailing || i >= length - trailing;
            }
        }
        Tensor index = context().backend().tensor(distances, Shape.of(length, keys));
        Tensor bias = weight.value().embedding(index).permute(2, 0, 1).reshape(1, headCount, length, keys);
        return leadingKeys == 0 && leadingQueries == 0 && trailing == 0
                ? bias
                : bias.maskedFill(context().backend().tensor(free, Shape.of(1, 1, length, keys)), 0);
    }
}
