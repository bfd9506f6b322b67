package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;

/** Settings of the broadcast task. */
public record BroadcastConfig(
        @Setting(value = "positions of a sequence", min = 1, max = 100_000)
        int length,

        @Setting(value = "different symbols", min = 2, max = 100_000)
        int symbols,

        @Setting(
                value = "distance token-to-token attention reaches over all layers, 0 where tokens have no path "
                        + "to each other; changes the accuracy bound alone",
                min = 0,
                max = 100_000)
        int window,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000)
        int evaluationSequences) {
    static BroadcastConfig defaults() {
        return new BroadcastConfig(16, 8, 0, 512);
    }
}
