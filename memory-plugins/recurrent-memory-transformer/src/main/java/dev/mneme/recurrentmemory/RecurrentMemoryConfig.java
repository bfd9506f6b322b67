package dev.mneme.recurrentmemory;

import dev.mneme.config.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The {@code memory.*} keys. */
public record RecurrentMemoryConfig(
        @Setting("standard: rows around the segment of an ordinary transformer; xl: the paper's Transformer-XL")
        Backbone backbone,

        @Setting(value = "memory rows M", min = 0, max = 65536, paper = "10, 25; 8 to 24 on copy")
        int slots,

        @Setting("decoder only: memory rows also behind the tokens; without them nothing of the text is carried on")
        boolean memAtEnd,

        @Setting(value = "standard deviation of initial memory rows; 0 = that of token embeddings", min = 0, max = 10)
        double slotStd,

        @Setting(
                value = "xl only: rows of each layer kept from earlier segments, C",
                min = 0,
                max = 65536,
                paper = "0, 150")
        int cache,

        @Setting("xl only: whether memory rows see the cache as tokens do")
        boolean readMemoryFromCache,

        @Setting("xl only: scores between memory rows and later ones, as the official code has them or by distance")
        RelativeShift relativeShift,

        @Setting(
                value = "xl only: width of an attention head e; 0 = model.dim / model.heads",
                min = 0,
                max = 65536,
                paper = "41; 64 on algorithmic tasks")
        int headDim) {

    /** What the memory rows travel through. */
    public enum Backbone {
        /** The standard transformer of any form, positions on all rows, plain causal mask in a decoder. */
        STANDARD,
        /** A decoder with relative positions and, if asked for, a cache (Dai et al., arXiv 1901.02860). */
        XL
    }

    /** Position part of the score of a memory row with a later row of its block, at distance d ahead. */
    public enum RelativeShift {
        /** What the official code's shift trick leaves there: 0 for d = 1, another row's score for more. */
        OFFICIAL,
        /** The position score of distance d. */
        EXACT
    }

    /**
     * Checks what spans several keys.
     *
     * @throws IllegalArgumentException naming everything that does not go together
     */
    public RecurrentMemoryConfig {
        List<String> problems = new ArrayList<>();
        if (backbone == Backbone.STANDARD) {
            List<String> given = new ArrayList<>();
            if (cache > 0) {
                given.add("cache=" + cache);
            }
            if (readMemoryFromCache) {
                given.add("read_memory_from_cache=true");
            }
            if (relativeShift != RelativeShift.OFFICIAL) {
                given.add("relative_shift=" + relativeShift.name().toLowerCase(Locale.ROOT));
            }
            if (headDim > 0) {
                given.add("head_dim=" + headDim);
            }
            if (!given.isEmpty()) {
                problems.add(
                        String.join(", ", given) + " would change nothing with backbone=standard; set backbone=xl");
            }
        } else if (readMemoryFromCache && cache == 0) {
            problems.add("read_memory_from_cache=true needs a cache, got cache=0");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** Ten rows around the segments of a standard transformer. */
    public static RecurrentMemoryConfig defaults() {
        return new RecurrentMemoryConfig(Backbone.STANDARD, 10, true, 0, 0, false, RelativeShift.OFFICIAL, 0);
    }
}
