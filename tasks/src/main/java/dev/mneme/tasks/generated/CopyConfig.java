package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;

/** Settings of the copy task. */
public record CopyConfig(
        @Setting(value = "symbols of the source, L", min = 1, max = 100_000)
        int length,

        @Setting(value = "different symbols, V", min = 2, max = 100_000)
        int symbols,

        @Setting(value = "times the source is written, r", min = 1, max = 100)
        int repeat,

        @Setting("BOS stands before the source, in the forms decoder and encoder")
        boolean begin,

        @Setting("backbone the task is posed to") SequenceForm form,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000)
        int evaluationSequences) {
    static CopyConfig defaults() {
        return new CopyConfig(8, 8, 1, true, SequenceForm.ENCODER_DECODER, 512);
    }
}
