package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;

/**
 * Settings of the segment-copy task; the defaults are those of the recurrent memory transformer's acceptance experiment
 * with one segment of noise.
 */
public record SegmentCopyConfig(
        @Setting(value = "segments T: the source, T - 2 of noise, the answer", min = 2, max = 10_000)
        int segments,

        @Setting(value = "symbols of the source and of every segment, K", min = 1, max = 10_000)
        int length,

        @Setting(value = "different symbols, V", min = 2, max = 100_000)
        int symbols,

        @Setting("the answer is the source backwards") boolean reversed,

        @Setting("backbone the task is posed to: decoder or encoder")
        SequenceForm form,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000)
        int evaluationSequences) {
    public SegmentCopyConfig {
        if (form.isPaired()) {
            throw new IllegalArgumentException(
                    "form encoder-decoder is not for this task, whose answer is a segment; take decoder or encoder, "
                            + "or the task delayed-copy");
        }
    }

    static SegmentCopyConfig defaults() {
        return new SegmentCopyConfig(3, 4, 8, false, SequenceForm.DECODER, 512);
    }
}
