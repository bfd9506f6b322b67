package dev.mneme.runtime.generate;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.util.Arrays;

/**
 * How tokens are chosen from logits.
 *
 * @param maxTokens most tokens to generate
 * @param temperature logits are divided by it; 0 = always the most likely token
 * @param topK draw among this many most likely tokens; 0 = all
 * @param topP draw among the fewest most likely tokens that have this probability together (Holtzman et al., arXiv
 *     1904.09751); 1 = all
 * @param seed of the draws
 */
public record Decoding(int maxTokens, double temperature, int topK, double topP, long seed) {
    public Decoding {
        if (maxTokens < 0 || !(temperature >= 0) || Double.isInfinite(temperature) || topK < 0) {
            throw invalid("max tokens, temperature and top k must be 0 or more", maxTokens, temperature, topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw invalid("top p must be above 0 and at most 1", topP);
        }
    }

    /** Always the most likely token. */
    public static Decoding greedy(int maxTokens) {
        return new Decoding(maxTokens, 0, 0, 1, 0);
    }

    /**
     * The token that these settings choose; among equal logits the lowest id when greedy.
     *
     * @param logits one per token
     * @param draw uniform in [0, 1); greedy choice does not look at it
     */
    public int choose(double[] logits, double draw) {
        return Sampler.choose(this, logits, draw);
    }

    boolean isGreedy() {
        return temperature == 0;
    }

    private static MnemeException invalid(String rule, Object... found) {
        return new MnemeException(ErrorCode.CONFIG_INVALID, rule + ", got " + Arrays.toString(found));
    }
}
