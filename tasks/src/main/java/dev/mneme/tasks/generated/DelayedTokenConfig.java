package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;

/** Settings of the delayed-token task; the defaults are those of Transformer-XL's acceptance experiment. */
public record DelayedTokenConfig(
        @Setting(value = "segments T of a sequence", min = 2, max = 10_000)
        int segments,

        @Setting(value = "different symbols", min = 2, max = 100_000)
        int symbols,

        @Setting(value = "places from a token to where it is asked for, d", min = 1, max = 1 << 24)
        int delay,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000)
        int evaluationSequences) {
    static DelayedTokenConfig defaults() {
        return new DelayedTokenConfig(6, 8, 10, 512);
    }
}
