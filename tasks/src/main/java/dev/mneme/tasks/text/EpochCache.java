package dev.mneme.tasks.text;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The last epoch's value of a function of the epoch, so that reading in order computes it once. Thread-safe. */
final class EpochCache<T> {
    private record Entry<T>(long epoch, T value) {}

    private final LongFunction<T> function;
    private final AtomicReference<@Nullable Entry<T>> last = new AtomicReference<>();

    EpochCache(LongFunction<T> function) {
        this.function = function;
    }

    T get(long epoch) {
        Entry<T> known = last.get();
        if (known != null && known.epoch() == epoch) {
            return known.value();
        }
        T value = function.apply(epoch);
        last.set(new Entry<>(epoch, value));
        return value;
    }

    /** Randomness of one epoch. */
    static SplittableRandom random(long seed, long epoch) {
        return new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch);
    }
}
