package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;

/** Settings of the delayed-copy task; the defaults are those of Memformer's acceptance experiment with three segments. */
public record DelayedCopyConfig(
        @Setting(value = "segments T: the symbols are in the first, the query is the last", min = 2, max = 10_000)
        int segments,

        @Setting(value = "different symbols", min = 2, max = 100_000)
        int symbols,

        @Setting(value = "different distractors", min = 1, max = 100_000)
        int distractors,

        @Setting(value = "symbols to remember", min = 1, max = 10_000)
        int copied,

        @Setting("backbone the task is posed to") SequenceForm form,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000)
        int evaluationSequences) {
    static DelayedCopyConfig defaults() {
        return new DelayedCopyConfig(3, 8, 8, 4, SequenceForm.ENCODER_DECODER, 1024);
    }
}
