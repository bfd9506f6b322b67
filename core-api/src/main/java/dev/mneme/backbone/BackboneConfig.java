package dev.mneme.backbone;

import dev.mneme.config.Setting;
import dev.mneme.nn.Activation;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.stability.Beta;
import dev.mneme.stability.Stable;

/** Sizes and choices of the transformer: the {@code model.*} keys. */
@Stable
public record BackboneConfig(
        @Setting(value = "width D of hidden vectors", min = 1, max = 65536)
        int dim,

        @Setting(value = "blocks of the decoder, or of the encoder in an encoder-decoder", min = 1, max = 1024)
        int layers,

        @Setting(value = "blocks of the decoder in an encoder-decoder; 0 = as many as layers", min = 0, max = 1024)
        int decoderLayers,

        @Setting(value = "attention heads H; divides dim", min = 1, max = 1024)
        int heads,

        @Setting(value = "hidden width of the feed-forward; 0 = 4 dim", min = 0, max = 1 << 20)
        int feedForward,

        @Setting(value = "tokens of a segment L, for tasks that are cut into segments", min = 1, max = 1 << 20)
        int segment,

        @Setting("normalisation before each sublayer or after it")
        TransformerBlock.NormPlacement norm,

        @Setting("LayerNorm or RMSNorm") Normalization.Kind normalization,
        @Setting("non-linearity of the feed-forward") Activation activation,
        @Setting("how tokens know their place") PositionScheme positions,
        @Setting("multiply token embeddings by sqrt(dim)") boolean scaleEmbeddings,

        @Setting("normalise embedded tokens after adding their positions")
        boolean embeddingNorm,

        @Setting(value = "standard deviation of initial token embeddings", min = 0, max = 10)
        double embeddingStd,

        @Setting(value = "standard deviation of initial learned positions", min = 0, max = 10)
        double positionStd,

        @Setting("biases in query, key and value projections")
        boolean projectionBias,

        @Setting("biases in the attention's output projection")
        boolean outputBias,

        @Setting("biases in the map to logits") boolean headBias,

        @Setting(value = "dropout probability", min = 0, max = 0.99)
        double dropout,

        @Setting(
                value = "tokens see tokens up to this far away, memory is always in sight; -1 = no limit",
                min = -1,
                max = 1 << 20)
        int attentionWindow,

        @Setting("what a decoder sees of the encoder: all rows or memory rows only")
        CrossAttention crossAttention) {

    /** How tokens know their place. */
    public enum PositionScheme {
        /** A trained vector per position. */
        LEARNED,
        /** Fixed sines and cosines. */
        SINUSOIDAL,
        /** A trained bias per head and distance. */
        RELATIVE,
        /** They do not. */
        NONE
    }

    /** What a decoder's cross-attention sees. */
    public enum CrossAttention {
        /** Everything the encoder puts out. */
        ALL,
        /** The memory rows only; without any the decoder has no source. For experiments. */
        MEMORY
    }

    /** Normalisation epsilon of every backbone. */
    private static final double EPSILON = 1e-5;

    @Beta
    public BackboneConfig {
        if (dim % heads != 0) {
            throw new IllegalArgumentException(
                    "dim must be a multiple of heads, got dim " + dim + " and heads " + heads);
        }
        if (positions == PositionScheme.SINUSOIDAL && dim % 2 != 0) {
            throw new IllegalArgumentException("sinusoidal positions need an even dim, got " + dim);
        }
    }

    /** A small pre-norm transformer that trains in minutes on a CPU. */
    public static BackboneConfig defaults() {
        return new BackboneConfig(
                128,
                2,
                0,
                4,
                0,
                128,
                TransformerBlock.NormPlacement.PRE,
                Normalization.Kind.LAYER,
                Activation.GELU,
                PositionScheme.LEARNED,
                false,
                false,
                0.02,
                0.02,
                false,
                false,
                false,
                0,
                -1,
                CrossAttention.ALL);
    }

    public int feedForwardDim() {
        return feedForward == 0 ? 4 * dim : feedForward;
    }

    public int decoderLayerCount() {
        return decoderLayers == 0 ? layers : decoderLayers;
    }

    /** A block of this backbone; mechanisms build parameter sets of their own with it. */
    @Beta
    public TransformerBlock.Config block(boolean hasCrossAttention) {
        return new TransformerBlock.Config(
                dim,
                heads,
                feedForwardDim(),
                norm,
                normalization,
                EPSILON,
                activation,
                projectionBias,
                outputBias,
                hasCrossAttention,
                dropout);
    }

    /** A norm of this backbone's kind and width, as rows get that leave the last block of a pre-norm stack. */
    public Normalization newNorm(ModuleContext context) {
        return new Normalization(context, normalization, dim, EPSILON);
    }

    /** Root mean square of the rows that enter the first block at the start of training. */
    public double inputRms() {
        if (embeddingNorm) {
            return 1;
        }
        double token = embeddingStd * (scaleEmbeddings ? Math.sqrt(dim) : 1);
        double position = switch (positions) {
            case LEARNED -> positionStd;
            case SINUSOIDAL -> Math.sqrt(0.5);
            case RELATIVE, NONE -> 0;
        };
        return Math.sqrt(token * token + position * position);
    }
}
