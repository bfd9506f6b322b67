package dev.mneme.memformer;

import dev.mneme.config.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The {@code memory.*} keys. */
public record MemformerConfig(
        @Setting("how slots are written and forgotten") Variant variant,

        @Setting(value = "memory slots k", min = 1, max = 65536, paper = "32, 64 and 512")
        int slots,

        @Setting(
                value = "bmn: temperature tau of the write's softmax; smaller makes a slot choose",
                min = 0.001,
                max = 1,
                paper = "below 1")
        double temperature,

        @Setting(value = "gru: updates of the memory after a segment", min = 1, max = 64, paper = "1")
        int numMemUpdates,

        @Setting(
                value = "standard deviation of the learned vectors slots start from; 0 = 1/sqrt(dim), length about 1",
                min = 0,
                max = 10)
        double slotStd) {

    /** How slots are written and forgotten. */
    public enum Variant {
        /** Slot attention with a temperature, then biased memory normalisation. */
        BMN,
        /** Slot attention with projected values, then a GRU cell and a feed-forward. */
        GRU,
        /** A stream of slots through every encoder layer, then a gate. */
        MEMBART
    }

    private static final double DEFAULT_TEMPERATURE = 0.25;

    /**
     * Checks what spans several keys.
     *
     * @throws IllegalArgumentException naming everything that does not go together
     */
    public MemformerConfig {
        List<String> problems = new ArrayList<>();
        if (variant != Variant.BMN && temperature != DEFAULT_TEMPERATURE) {
            problems.add("temperature=" + temperature + " goes with variant=bmn, " + shown(variant) + " has none");
        }
        if (variant != Variant.GRU && numMemUpdates != 1) {
            problems.add(
                    "num_mem_updates=" + numMemUpdates + " goes with variant=gru, " + shown(variant) + " updates once");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    private static String shown(Variant variant) {
        return "variant=" + variant.name().toLowerCase(Locale.ROOT);
    }

    /** The paper's mechanism with 32 slots. */
    public static MemformerConfig defaults() {
        return new MemformerConfig(Variant.BMN, 32, DEFAULT_TEMPERATURE, 1, 0);
    }
}
