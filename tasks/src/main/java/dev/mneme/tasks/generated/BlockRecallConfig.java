package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;

/** Settings of the block-recall task; the defaults are those of the Compressive Transformer's acceptance experiment. */
public record BlockRecallConfig(
        @Setting(value = "segments T of a sequence", min = 2, max = 10_000)
        int segments,

        @Setting(value = "segments back to the block that is asked for", min = 1, max = 9_999)
        int distance,

        @Setting(value = "equal tokens of a block; divides model.segment", min = 1, max = 1 << 20)
        int block,

        @Setting(value = "different symbols", min = 2, max = 100_000)
        int symbols,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000)
        int evaluationSequences) {
    public BlockRecallConfig {
        if (distance >= segments) {
            throw new IllegalArgumentException("distance (" + distance + ") must be less than segments (" + segments
                    + "), or no segment has another so far back");
        }
    }

    static BlockRecallConfig defaults() {
        return new BlockRecallConfig(7, 3, 4, 8, 512);
    }
}
