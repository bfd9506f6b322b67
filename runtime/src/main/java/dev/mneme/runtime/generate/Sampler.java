package dev.mneme.runtime.generate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Chooses tokens of one row from its logits. */
final class Sampler {
    private final Decoding decoding;
    private final SplittableRandom random;

    /**
     * Makes the sampler of a row.
     *
     * @param row its draws depend on this and on the seed, not on the other rows
     */
    Sampler(Decoding decoding, int row) {
        this.decoding = decoding;
        this.random = new SplittableRandom(decoding.seed() + 0x9E3779B97F4A7C15L * row);
    }

    /** The next token. */
    int next(double[] logits) {
        return choose(decoding, logits, decoding.isGreedy() ? 0 : random.nextDouble());
    }

    /** As {@link Decoding#choose}. */
    static int choose(Decoding decoding, double[] logits, double draw) {
        return decoding.isGreedy() ? largest(logits) : drawn(decoding, logits, draw);
    }

    private static int largest(double[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static int drawn(Decoding decoding, double[] logits, double draw) {
        int[] order = candidates(decoding, logits);
        double highest = logits[order[0]];
        double[] weights = Arrays.stream(order)
                .mapToDouble(token -> Math.exp((logits[token] - highest) / decoding.temperature()))
                .toArray();
        double total = Arrays.stream(weights).sum();
        int kept = nucleus(weights, decoding.topP() * total);
        double left = draw * Arrays.stream(weights, 0, kept).sum();
        for (int i = 0; i < kept; i++) {
            left -= weights[i];
            if (left < 0) {
                return order[i];
            }
        }
        return order[kept - 1]; // Rounding can leave a last trace of the draw.
    }

    /** Tokens by falling logit, at most top k. */
    private static int[] candidates(Decoding decoding, double[] logits) {
        int limit = decoding.topK() == 0 ? logits.length : Math.min(decoding.topK(), logits.length);
        return IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(token -> -logits[token]))
                .limit(limit)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static int nucleus(double[] weights, double mass) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i];
            if (sum >= mass) {
                return i + 1;
            }
        }
        return weights.length;
    }
}
