package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;

/** Settings of the pair-lookup task; the defaults are those of Transformer-XL's acceptance experiment. */
public record PairLookupConfig(
        @Setting(value = "key-value pairs of the first segment, P", min = 1, max = 100_000)
        int pairs,

        @Setting(value = "different keys, V_k", min = 1, max = 100_000)
        int keys,

        @Setting(value = "different values, V_v", min = 2, max = 100_000)
        int values,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000)
        int evaluationSequences) {
    public PairLookupConfig {
        if (keys < pairs) {
            throw new IllegalArgumentException("keys (" + keys + ") must be at least pairs (" + pairs
                    + "), because the keys of a sequence are distinct");
        }
    }

    static PairLookupConfig defaults() {
        return new PairLookupConfig(4, 8, 8, 512);
    }
}
