package dev.mneme.compressive;

import dev.mneme.config.Setting;
import java.util.ArrayList;
import java.util.List;

/** The {@code memory.*} keys. */
public record CompressiveTransformerConfig(
        @Setting(
                value = "rows of earlier segments each block sees as they were, n_m",
                min = 0,
                max = 1 << 20,
                paper = "512, 768")
        int length,

        @Setting(
                value = "compressed rows each block sees before them, n_cm; 0 = what is evicted is lost",
                min = 0,
                max = 1 << 20,
                paper = "512, 1152")
        int compressedLength,

        @Setting(value = "evicted rows that become one compressed row, c", min = 1, max = 65536, paper = "2, 3, 4")
        int rate,

        @Setting(value = "what makes one row of c", paper = "conv")
        Compression compression,

        @Setting(value = "with dilated-conv, rows from one tap to the next, q", min = 1, max = 1024)
        int dilation,

        @Setting(
                value = "what trains conv and dilated-conv; the others have nothing to train",
                paper = "attention-reconstruction")
        Objective objective,

        @Setting(value = "factor of the objective's loss, summed over layers", min = 0, max = 1e6, paper = "1")
        double objectiveWeight,

        @Setting(value = "n_m outside of training; -1 = length", min = -1, max = 1 << 20, paper = "500 to 1024")
        int evalLength,

        @Setting(
                value = "n_cm outside of training; -1 = compressed_length",
                min = -1,
                max = 1 << 20,
                paper = "about 1500")
        int evalCompressedLength,

        @Setting(value = "memories before the first segment: none, or full of zero rows", paper = "zeros")
        Start start,

        @Setting(value = "what is kept of a block's rows: its input, or what its attention takes in", paper = "input")
        Kept kept,

        @Setting("each block sees the memories of the block above it, the last one those of the first (lucidrains)")
        boolean enhancedRecurrence,

        @Setting(
                value = "what places mean: distances as in Transformer-XL, or a trained vector per place (lucidrains)",
                paper = "relative")
        Positions positions,

        @Setting("with relative positions, one pair of biases u and v for all layers")
        boolean sharedBiases,

        @Setting("one matrix for embeddings and output") boolean tiedOutput,

        @Setting(value = "width of an attention head d; 0 = model.dim / model.heads", min = 0, max = 65536)
        int headDim,

        @Setting(
                value = "dropout probability of attention weights; model.dropout is for everything else",
                min = 0,
                max = 0.99)
        double attentionDropout) {

    /** How c rows become one. */
    public enum Compression {
        /** Largest value of each feature. */
        MAX,
        /** Mean of each feature. */
        MEAN,
        /** A convolution over c rows, c rows apart. */
        CONV,
        /** The same with taps that lie apart. */
        DILATED_CONV,
        /** No mixture: the rows that were attended to most, one in c. */
        MOST_USED
    }

    /** What a convolution is trained for. */
    public enum Objective {
        /** To be read like the rows it replaces. */
        ATTENTION_RECONSTRUCTION,
        /** To hold what another convolution needs to restore the rows. */
        AUTO_ENCODING,
        /** The task, through later segments that gradients reach; no loss of its own. */
        TASK,
        /** Nothing: it keeps its first values. */
        NONE
    }

    /** Memories before the first segment. */
    public enum Start {
        /** There are none. */
        EMPTY,
        /** Full of zero rows, which are attended to and compressed. */
        ZEROS
    }

    /** What is kept of a block's rows. */
    public enum Kept {
        /** The block's input; under pre-norm it is normalised when it is read. */
        INPUT,
        /** What the attention takes in; under pre-norm the normalised input, which is read as it is. */
        NORMALISED
    }

    /** What places mean. */
    public enum Positions {
        /** Projected sines and cosines of the distance. */
        RELATIVE,
        /** A vector per head and place, counted from the oldest row in sight and full segments. */
        LEARNED
    }

    /**
     * Checks what spans several keys.
     *
     * @throws IllegalArgumentException naming everything that does not go together
     */
    public CompressiveTransformerConfig {
        List<String> problems = new ArrayList<>();
        boolean anyRows = length > 0 || evalLength > 0;
        if (!anyRows && (compressedLength > 0 || evalCompressedLength > 0)) {
            problems.add("compressed rows come out of the memory, but length is 0; set length, or compressed_length=0");
        }
        if (problems.isEmpty()
                && start == Start.ZEROS
                && (evalLength >= 0 && evalLength != length
                        || evalCompressedLength >= 0 && evalCompressedLength != compressedLength)) {
            problems.add("start=zeros fills the memories once, which other lengths outside of training do not go with;"
                    + " set start=empty");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** 128 rows and 128 compressed ones, four to one by a convolution. */
    public static CompressiveTransformerConfig defaults() {
        return new CompressiveTransformerConfig(
                128,
                128,
                4,
                Compression.CONV,
                2,
                Objective.ATTENTION_RECONSTRUCTION,
                1,
                -1,
                -1,
                Start.EMPTY,
                Kept.INPUT,
                false,
                Positions.RELATIVE,
                true,
                true,
                0,
                0);
    }

    /** Whether the compression has parameters. */
    boolean isTrained() {
        return compression == Compression.CONV || compression == Compression.DILATED_CONV;
    }
}
