package dev.mneme.tasks.generated;

import dev.mneme.config.Setting;

/** Settings of the quadratic-equations task. */
public record QuadraticEquationsConfig(
        @Setting(value = "roots are integers from -max_root to max_root", min = 10, max = 200)
        int maxRoot,

        @Setting(value = "the first coefficient is from -max_leading to max_leading, not 0", min = 1, max = 99)
        int maxLeading,

        @Setting(value = "sequences of the validation and of the test part", min = 1, max = 10_000_000)
        int evaluationSequences) {
    static QuadraticEquationsConfig defaults() {
        return new QuadraticEquationsConfig(99, 9, 512);
    }
}
