package dev.mneme.infiniteformer;

import dev.mneme.config.Setting;
import java.util.ArrayList;
import java.util.List;

/** The {@code memory.*} keys. */
public record InfiniteFormerConfig(
        @Setting("standard: the long-term memory beside any transformer; xl: beside a Transformer-XL decoder")
        Backbone backbone,

        @Setting(value = "basis functions N; a multiple of the number of widths", min = 1, max = 65536, paper = "512")
        int basis,

        @Setting(
                value = "widths of basis functions, separated by commas",
                paper = "0.01,0.05 on sorting; 0.005,0.01 on language")
        String widths,

        @Setting(value = "points M at which the old signal is sampled", min = 1, max = 65536, paper = "512")
        int samples,

        @Setting(
                value = "share tau of the line the old signal is squeezed into",
                min = 0.001,
                max = 0.999,
                paper = "0.75 on sorting; 0.5 on language")
        double contraction,

        @Setting(value = "ridge penalty lambda", min = 1e-6, max = 1e6, paper = "1 on sorting; 0.5 on language")
        double ridge,

        @Setting("sticky memories: sample the old signal where queries looked instead of evenly")
        boolean sticky,

        @Setting(
                value = "sticky only: equal parts of the line between which is drawn",
                min = 1,
                max = 65536,
                paper = "128")
        int bins,

        @Setting(
                value = "smallest variance of a query's density",
                min = 1e-12,
                max = 1,
                paper = "1e-6 on sorting; 1e-4 on language")
        double varianceFloor,

        @Setting(value = "standard deviation sigma_0 of the densities' prior", min = 1e-6, max = 1e3, paper = "0.05")
        double priorDeviation,

        @Setting("whether the prior has a mean as well") boolean hasPriorMean,

        @Setting(value = "mean mu_0 of the prior; needs has_prior_mean", min = -10, max = 10)
        double priorMean,

        @Setting(
                value = "weight of the densities' divergence from their prior in the loss",
                min = 0,
                max = 1e3,
                paper = "1e-6; 1e-5 on dialogue")
        double klWeight,

        @Setting("what is written: the inputs of a block as they are, or normalised as its attention sees them")
        WrittenRows writtenRows,

        @Setting(
                value = "a signal of this many tokens is dropped before the next write; 0 = never",
                min = 0,
                max = 1e12)
        long resetTokens,

        @Setting(
                value = "xl only: rows of each layer that attention sees besides the segment; 0 = the longest segment",
                min = 0,
                max = 1 << 20,
                paper = "1024")
        int shortTerm,

        @Setting(
                value = "xl only: rows behind the short-term memory that are written at once; 0 = the longest segment",
                min = 0,
                max = 1 << 20,
                paper = "1024")
        int transfer) {

    /** What the memory stands beside. */
    public enum Backbone {
        /** The standard transformer of any form; the short-term memory is the segment. */
        STANDARD,
        /** A causal decoder with relative positions and a cache as short-term memory (Dai et al., arXiv 1901.02860). */
        XL
    }

    /** Which form of a block's inputs is written. */
    public enum WrittenRows {
        /** As they enter the block. */
        RAW,
        /** As they enter its attention; under post-norm that is the same. Standard form only. */
        NORMALISED
    }

    /**
     * Checks what spans several keys.
     *
     * @throws IllegalArgumentException naming everything that does not go together
     */
    public InfiniteFormerConfig {
        List<String> problems = new ArrayList<>();
        try {
            int count = parse(widths).length;
            if (basis % count != 0) {
                problems.add("basis must be a multiple of the number of widths, got basis " + basis + " and " + count
                        + " widths");
            }
        } catch (NumberFormatException e) {
            problems.add(
                    "widths must be positive numbers separated by commas, such as 0.01,0.05; got '" + widths + "'");
        }
        if (!hasPriorMean && priorMean != 0) {
            problems.add("prior_mean=" + priorMean + " would change nothing without has_prior_mean=true");
        }
        if (backbone == Backbone.STANDARD && (shortTerm > 0 || transfer > 0)) {
            problems.add("short_term and transfer would change nothing with backbone=standard; set backbone=xl");
        }
        if (backbone == Backbone.XL && writtenRows == WrittenRows.NORMALISED) {
            problems.add("written_rows=normalised goes with backbone=standard: the rows that xl writes are those of its"
                    + " cache, and attention takes them in as they are");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** A signal of 128 bumps beside a standard transformer, sampled evenly. */
    public static InfiniteFormerConfig defaults() {
        return new InfiniteFormerConfig(
                Backbone.STANDARD,
                128,
                "0.01,0.025",
                128,
                0.75,
                0.5,
                false,
                128,
                1e-4,
                0.05,
                false,
                0,
                1e-6,
                WrittenRows.RAW,
                0,
                0,
                0);
    }

    private static double[] parse(String widths) {
        String[] parts = widths.split(",", -1);
        double[] values = new double[parts.length];
        for (int i = 0; i < parts.length; i++) {
            values[i] = Double.parseDouble(parts[i].trim());
            if (!(values[i] > 0 && values[i] <= 1e3)) {
                throw new NumberFormatException(parts[i]);
            }
        }
        return values;
    }

    GaussianBasis gaussians() {
        return GaussianBasis.grid(basis, parse(widths));
    }
}
