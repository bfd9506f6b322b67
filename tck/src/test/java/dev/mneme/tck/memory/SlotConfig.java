package dev.mneme.tck.memory;

import dev.mneme.config.Setting;

/** Keys of {@link SlotProvider}. */
public record SlotConfig(
        @Setting(value = "memory slots M", min = 1, max = 64)
        int slots,

        @Setting(value = "share of a slot that is kept at least", min = 0, max = 1)
        double keep) {
    public static SlotConfig defaults() {
        return new SlotConfig(4, 0.25);
    }
}
