package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The circumstances of one run through a model.
 *
 * @param training whether dropout is on
 * @param random source of dropout masks and of whatever else a mechanism draws
 * @param observer sees attention weights as they are computed, or null
 */
@Stable
public record Pass(
        boolean training, RandomSource random, @Nullable AttentionObserver observer) {
    /** Dropout on. */
    public static Pass training(RandomSource random) {
        return new Pass(true, random, null);
    }

    /** Dropout off; mechanisms that sample draw from seed 0. */
    public static Pass evaluation() {
        return new Pass(false, new RandomSource(0), null);
    }

    public Pass observedBy(AttentionObserver newObserver) {
        return new Pass(training, random, newObserver);
    }

    /** Drops units in training, returns {@code x} itself otherwise. */
    public Tensor dropout(Tensor x, double probability) {
        return training && probability > 0 ? x.dropout(probability, random.nextKey()) : x;
    }
}
