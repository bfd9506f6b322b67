package org.example.gatedslots;

import dev.mneme.config.Setting;

/** The keys of the mechanism: {@code memory.slots}. */
public record GatedSlotsConfig(@Setting(value = "memory slots M", min = 1, max = 4096) int slots) {
    public static GatedSlotsConfig defaults() {
        return new GatedSlotsConfig(8);
    }
}
