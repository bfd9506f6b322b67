package dev.mneme.transformerxl;

import dev.mneme.config.Setting;

/** The {@code memory.*} keys. */
public record TransformerXlConfig(
        @Setting(
                value = "rows of earlier segments each block sees, M; 0 = segments know nothing of each other",
                min = 0,
                max = 1 << 20,
                paper = "as long as a segment: 150, 384, 512, 768")
        int length,

        @Setting(value = "M outside of training; -1 = length", min = -1, max = 1 << 20, paper = "640, 1600, 2100, 3800")
        int evalLength,

        @Setting(
                value = "outside of training every token sees M tokens, itself included, wherever in its segment it is",
                paper = "true")
        boolean sameLength,

        @Setting(
                value = "outside of training distances beyond this one count as this one; 0 = no limit",
                min = 0,
                max = 1 << 20,
                paper = "400, 820, 1000")
        int clampLength,

        @Setting("what stands for a distance: projected sines and cosines, or a trained vector of each layer (Shaw)")
        Positions positions,

        @Setting("with sinusoidal positions, one pair of biases u and v for all layers; learned ones have one a layer")
        boolean sharedBiases,

        @Setting("one matrix for embeddings and output") boolean tiedOutput,

        @Setting(
                value = "width of an attention head d; 0 = model.dim / model.heads",
                min = 0,
                max = 65536,
                paper = "41, 64, 128")
        int headDim,

        @Setting(
                value = "dropout probability of attention weights; model.dropout is for everything else",
                min = 0,
                max = 0.99,
                paper = "0; 0.15 and 0.2 in the large models")
        double attentionDropout) {

    /** What stands for a distance. */
    public enum Positions {
        /** Projected sines and cosines. */
        SINUSOIDAL,
        /** A trained vector and bias per head and distance (Shaw et al., arXiv 1803.02155). */
        LEARNED
    }

    /**
     * Checks what spans several keys.
     *
     * @throws IllegalArgumentException if keys do not go together
     */
    public TransformerXlConfig {
        if (sameLength && (evalLength < 0 ? length : evalLength) == 0) {
            throw new IllegalArgumentException(
                    "same_length lets a token see as many tokens as the memory is long, which is 0 outside of training;"
                            + " set eval_length, or same_length=false");
        }
    }

    /** A memory of 128 rows. */
    public static TransformerXlConfig defaults() {
        return new TransformerXlConfig(128, -1, false, 0, Positions.SINUSOIDAL, true, true, 0, 0);
    }

    /** Rows in sight, in training or outside of it. */
    int visible(boolean training) {
        return training || evalLength < 0 ? length : evalLength;
    }

    /** Rows of the state: enough for both. */
    int capacity() {
        return Math.max(length, evalLength);
    }
}
