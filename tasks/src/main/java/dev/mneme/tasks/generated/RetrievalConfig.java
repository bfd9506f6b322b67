package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;

/** Settings of the retrieval task. */
public record RetrievalConfig(
        @Setting(value = "key-value pairs of a sequence, P", min = 1, max = 100_000)
        int pairs,

        @Setting(value = "different keys, V_k", min = 1, max = 100_000)
        int keys,

        @Setting(value = "different values, V_v", min = 2, max = 100_000)
        int values,

        @Setting("BOS stands before the pairs and QUERY before the asked key")
        boolean markers,

        @Setting("backbone the task is posed to") SequenceForm form,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000)
        int evaluationSequences) {
    public RetrievalConfig {
        if (keys < pairs) {
            throw new IllegalArgumentException("keys (" + keys + ") must be at least pairs (" + pairs
                    + "), because the keys of a sequence are distinct");
        }
    }

    static RetrievalConfig defaults() {
        return new RetrievalConfig(8, 16, 16, true, SequenceForm.DECODER, 512);
    }

    /** Where the first key stands. */
    int firstPairAt() {
        return markers ? 1 : 0;
    }

    /** Where ANS stands, the last place. */
    int answerAt() {
        return 2 * pairs + (markers ? 3 : 1);
    }
}
