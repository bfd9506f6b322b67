package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;

/** Settings of the majority-recall task; the defaults are those of the infinity-former's acceptance experiment. */
public record MajorityRecallConfig(
        @Setting(value = "segments T: the first has a majority, the question ends the last", min = 2, max = 10_000)
        int segments,

        @Setting(value = "different symbols", min = 2, max = 100_000)
        int symbols,

        @Setting(
                value = "probability that a token of the first segment is not drawn but the majority",
                min = 0,
                max = 1)
        double share,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000)
        int evaluationSequences) {
    static MajorityRecallConfig defaults() {
        return new MajorityRecallConfig(4, 8, 0.5, 1024);
    }
}
