package dev.mneme.memorytransformer;

import dev.mneme.config.Setting;
import java.util.ArrayList;
import java.util.List;

/** The {@code memory.*} keys. */
public record MemoryTransformerConfig(
        @Setting("who updates the memory rows and who reads them")
        Variant variant,

        @Setting(value = "memory rows M", min = 0, max = 65536, paper = "10 and 20")
        int slots,

        @Setting("one writer for all layers instead of one each (MemCtrl Shared); not for mem-transformer")
        boolean sharedWriter,

        @Setting("whether memory rows have positions: none, or 0..M-1 with the tokens after them")
        Positions positions,

        @Setting("decoder only: whether memory row i sees rows up to i, or all of them")
        Mask mask,

        @Setting(
                value = "standard deviation of initial memory rows; 0 = that of the embedded tokens",
                min = 0,
                max = 10)
        double slotStd,

        @Setting(value = "for lesion experiments: only the first rows are in use; -1 = all", min = -1, max = 65536)
        int keptSlots) {

    /** Who updates the memory rows and who reads them. */
    public enum Variant {
        /** Memory rows are rows like all others. */
        MEM_TRANSFORMER,
        /** Parameters of their own update the memory rows. */
        MEM_CTRL,
        /** As MEM_CTRL, and token rows attend to memory rows only. */
        MEM_BOTTLENECK
    }

    /** Whether memory rows have positions. */
    public enum Positions {
        /** They have none; tokens start at 0. */
        NONE,
        /** Row r has position r; tokens start at M. */
        CONTINUOUS
    }

    /** What memory rows see of each other in a causal model. */
    public enum Mask {
        /** Row i sees rows up to i. */
        STRICT,
        /** All rows see each other. */
        BLOCK
    }

    /**
     * Checks what spans several keys.
     *
     * @throws IllegalArgumentException naming everything that does not go together
     */
    public MemoryTransformerConfig {
        List<String> problems = new ArrayList<>();
        if (keptSlots > slots) {
            problems.add("kept_slots must be at most slots, got " + keptSlots + " of " + slots);
        }
        if (variant == Variant.MEM_BOTTLENECK && (slots == 0 || keptSlots == 0)) {
            problems.add("mem-bottleneck needs a memory row, tokens see nothing else; got slots " + slots
                    + " and kept_slots " + keptSlots);
        }
        if (variant == Variant.MEM_TRANSFORMER && sharedWriter) {
            problems.add(
                    "shared_writer=true goes with variant=mem-ctrl and mem-bottleneck, variant=mem-transformer has no writer of its own");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** Ten rows that travel with the tokens. */
    public static MemoryTransformerConfig defaults() {
        return new MemoryTransformerConfig(Variant.MEM_TRANSFORMER, 10, false, Positions.NONE, Mask.STRICT, 0, -1);
    }

    /** Rows in use. */
    int usedSlots() {
        return keptSlots < 0 ? slots : keptSlots;
    }

    /** Positions set aside for memory rows. */
    int reservedPositions() {
        return positions == Positions.CONTINUOUS ? slots : 0;
    }
}
