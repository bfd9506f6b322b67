package dev.mneme.tasks.generated;

import dev.mneme.task.Split;
import java.util.SplittableRandom;

/** Generators by split, seed and sequence number. */
final class Seeds {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Seeds() {}

    /**
     * A generator for one sequence. The split takes the two highest bits of the generator's seed, so no sequence of one
     * split can share its generator with a sequence of another.
     */
    static SplittableRandom random(Split split, long seed, long sequence) {
        long mixed = mix(mix(seed + GOLDEN) + sequence * GOLDEN);
        return new SplittableRandom((mixed >>> 2) | ((long) split.ordinal() << 62));
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
