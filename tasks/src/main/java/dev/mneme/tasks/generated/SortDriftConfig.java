package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;
import java.util.ArrayList;
import java.util.List;

/** Settings of the sort-drift task. */
public record SortDriftConfig(
        @Setting(value = "tokens to count, N", min = 1, max = 1 << 24, paper = "4000, 8000, 16000")
        int length,

        @Setting(value = "different symbols, V", min = 2, max = 256, paper = "20")
        int symbols,

        @Setting(
                value = "how the two distributions are drawn: softmax of standard normal numbers, or integers 1 to 9",
                paper = "integers")
        DriftWeights weights,

        @Setting(
                value =
                        "symbols that occur equally often: their tokens are drawn again, the smaller index is first, or "
                                + "the one that was seen first",
                paper = "first-seen")
        TieRule ties,

        @Setting("backbone the task is posed to: decoder or encoder-decoder")
        SequenceForm form,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000, paper = "800")
        int evaluationSequences) {

    /** How one of the two distributions over symbols is drawn. */
    public enum DriftWeights {
        /** Softmax of standard normal numbers. */
        NORMAL,
        /** Integers from 1 to 9, normalised. */
        INTEGERS
    }

    /** The order of symbols that occur equally often. */
    public enum TieRule {
        /** There are none: tokens of such symbols are drawn again, one at a time, until all counts differ. */
        REDRAW,
        /** The smaller index first. */
        INDEX,
        /** The one that occurred first; symbols that never occurred last, the smaller index first. */
        FIRST_SEEN
    }

    public SortDriftConfig {
        List<String> problems = new ArrayList<>();
        if (form == SequenceForm.ENCODER) {
            problems.add(
                    "form encoder is not for this task, whose answer is an order; take decoder or encoder-decoder");
        }
        if (ties == TieRule.REDRAW && length < shortestWithoutTies(symbols)) {
            problems.add("length (" + length + ") must be at least " + shortestWithoutTies(symbols) + " for " + symbols
                    + " symbols, or it is hard to give each another count as ties redraw asks for; raise length,"
                    + " lower symbols or set ties to index");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    static SortDriftConfig defaults() {
        return new SortDriftConfig(512, 20, DriftWeights.NORMAL, TieRule.REDRAW, SequenceForm.DECODER, 512);
    }

    /** Twice the tokens that counts of 0, 1, 2, .. need. */
    private static int shortestWithoutTies(int symbols) {
        return symbols * (symbols - 1);
    }
}
