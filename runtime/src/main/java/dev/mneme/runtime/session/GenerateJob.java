package dev.mneme.runtime.session;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.generate.Decoding;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Writes: chooses a token, reads it, and so on. */
final class GenerateJob extends Job<Generated> {
    private final Decoding decoding;
    private final StopRule stop;
    private final int endToken;
    private final LongConsumer listener;
    private long[] tokens = new long[16];
    private double[] logProbabilities = new double[16];
    private int count;
    private Generated.@Nullable End end;

    GenerateJob(Decoding decoding, StopRule stop, int endToken, LongConsumer listener) {
        this.decoding = decoding;
        this.stop = stop;
        this.endToken = endToken;
        this.listener = listener;
        if (decoding.maxTokens() == 0) {
            end = Generated.End.LENGTH;
        }
    }

    @Override
    boolean isComplete() {
        return end != null;
    }

    @Override
    int wanted(StreamState state) {
        double[] logits = state.logits();
        if (logits == null) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "generating at the very beginning of a stream: there is nothing to go on with yet; feed at least one"
                            + " token before");
        }
        long token = decoding.choose(logits, draw(state.tokensRead()));
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
            logProbabilities = Arrays.copyOf(logProbabilities, 2 * count);
        }
        tokens[count] = token;
        return 1;
    }

    @Override
    long[] piece(int length) {
        return new long[] {tokens[count]};
    }

    /** In [0, 1), from the seed and the place in the stream alone: it matters not how a text was asked for. */
    private double draw(long position) {
        long mixed = decoding.seed() + 0x9E3779B97F4A7C15L * (position + 1);
        // The finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators).
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        mixed ^= mixed >>> 31;
        return (mixed >>> 11) * 0x1.0p-53;
    }

    @Override
    void read(double[] piece) {
        logProbabilities[count] = piece[0];
        long token = tokens[count++];
        if (token == endToken) {
            end = Generated.End.END_TOKEN;
        } else if (stop.lookback() > 0
                && stop.stops().test(Arrays.copyOfRange(tokens, Math.max(0, count - stop.lookback()), count))) {
            end = Generated.End.STOP;
        } else if (count == decoding.maxTokens()) {
            end = Generated.End.LENGTH;
        }
        listener.accept(token);
    }

    @Override
    Generated value(StreamState state) {
        return new Generated(
                Arrays.copyOf(tokens, count),
                Arrays.copyOf(logProbabilities, count),
                end == null ? Generated.End.LENGTH : end);
    }
}
