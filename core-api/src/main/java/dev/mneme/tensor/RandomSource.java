package dev.mneme.tensor;

/**
 * A stream of random keys from a seed and a counter. A key determines every number an engine draws with it, so two
 * numbers are all there is to save, and replaying a segment with the same keys drops the same units.
 *
 * <p>Not thread-safe: one per training loop or session.
 */
public final class RandomSource {
    private final long seed;
    private long counter;

    public RandomSource(long seed) {
        this(seed, 0);
    }

    /** Continues a stream from its saved state. */
    public RandomSource(long seed, long counter) {
        this.seed = seed;
        this.counter = counter;
    }

    public long seed() {
        return seed;
    }

    /** How many keys were taken. */
    public long counter() {
        return counter;
    }

    /** An independent stream that starts at the same place; for replay. */
    public RandomSource copy() {
        return new RandomSource(seed, counter);
    }

    /** The next key: SplitMix64 of seed and counter (Steele, Lea, Flood 2014). */
    public long nextKey() {
        return mix(mix(seed) + 0x9E3779B97F4A7C15L * ++counter);
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
