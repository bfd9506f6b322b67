package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;

/** Settings of the associative-retrieval task. */
public record AssociativeRetrievalConfig(
        @Setting(value = "segments T: pairs, then filler, the last is the question", min = 2, max = 10_000)
        int segments,

        @Setting(
                value = "segments between the pairs and the question that hold distractors alone",
                min = 0,
                max = 9_998)
        int filler,

        @Setting(value = "key-value pairs of a sequence, P", min = 1, max = 100_000)
        int pairs,

        @Setting(
                value = "questions after each other in the last segment, about different pairs",
                min = 1,
                max = 100_000)
        int questions,

        @Setting(value = "different tokens of keys, V_k", min = 1, max = 100_000)
        int keys,

        @Setting(value = "tokens of a key, m", min = 1, max = 64)
        int keyTokens,

        @Setting(value = "different values, V_v", min = 2, max = 100_000)
        int values,

        @Setting(value = "different distractors", min = 1, max = 100_000)
        int distractors,

        @Setting("backbone the task is posed to") SequenceForm form,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000)
        int evaluationSequences) {
    public AssociativeRetrievalConfig {
        if (filler > segments - 2) {
            throw new IllegalArgumentException("filler (" + filler + ") must be at most segments - 2 (" + (segments - 2)
                    + "), because at least one segment holds pairs and the last holds the question");
        }
        if (questions > pairs) {
            throw new IllegalArgumentException(
                    "questions (" + questions + ") must be at most pairs (" + pairs + "), each is about another one");
        }
        if (Math.pow(keys, keyTokens) < pairs) {
            throw new IllegalArgumentException("keys (" + keys + ") of key_tokens (" + keyTokens
                    + ") make fewer different keys than pairs (" + pairs + ")");
        }
    }

    static AssociativeRetrievalConfig defaults() {
        return new AssociativeRetrievalConfig(4, 0, 4, 1, 16, 1, 16, 8, SequenceForm.DECODER, 512);
    }

    /** Segments that hold pairs. */
    int pairSegments() {
        return segments - 1 - filler;
    }

    /** Tokens of a question: QUERY, the key, ANS. */
    int questionTokens() {
        return keyTokens + 2;
    }

    /** Tokens of a pair. */
    int pairTokens() {
        return keyTokens + 1;
    }
}
