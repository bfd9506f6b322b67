package dev.mneme.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.config.Settings;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.support.Small;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TrainConfigTest {
    @Test
    void everyKeyIsDescribedAndReadsBack() {
        TrainConfig defaults = TrainConfig.defaults();
        assertThat(Settings.describe(TrainConfig.class)).hasSize(TrainConfig.class.getRecordComponents().length);
        assertThat(Settings.bind("train", TrainConfig.class, Settings.toMap(defaults)))
                .isEqualTo(defaults);
    }

    @Test
    void learningRateRisesToThePeakThenFallsToItsShare() {
        TrainConfig config =
                Small.config(Map.of("lr", 1.0, "warmup", 10, "steps", 110, "schedule", "cosine", "min_lr_ratio", 0.2));
        assertThat(config.learningRate(1)).isEqualTo(0.1, within(1e-12));
        assertThat(config.learningRate(10)).isEqualTo(1, within(1e-12));
        assertThat(config.learningRate(60)).isEqualTo(0.6, within(1e-12));
        assertThat(config.learningRate(110)).isEqualTo(0.2, within(1e-12));
    }

    @Test
    void inverseSquareRootPassesThroughThePeakAtTheEndOfWarmup() {
        TrainConfig config = Small.config(Map.of("lr", 1.0, "warmup", 4, "schedule", "inverse-square-root"));
        assertThat(config.learningRate(4)).isEqualTo(1);
        assertThat(config.learningRate(16)).isEqualTo(0.5);
    }

    @Test
    void constantStaysWithoutWarmup() {
        TrainConfig config = Small.config(Map.of("lr", 0.5, "warmup", 0, "schedule", "constant"));
        assertThat(config.learningRate(1)).isEqualTo(0.5);
        assertThat(config.learningRate(1000)).isEqualTo(0.5);
    }

    @Test
    void stoppingRulesWithoutEvaluationsAreRefused() {
        assertThatThrownBy(() -> Small.config(Map.of("patience", 3, "evaluate_every", 0)))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("CONFIG_INVALID: train: patience counts evaluations");
        assertThatThrownBy(() -> Small.config(Map.of("stop_at_accuracy", 0.9, "evaluate_every", 0)))
                .hasMessageContaining("stop_at_accuracy needs evaluations");
    }

    @Test
    void severalMistakesComeInOneList() {
        assertThatThrownBy(() -> Small.config(Map.of("learning_rate", 1, "batch", 0, "bptt", "half")))
                .hasMessageContaining("3 problems")
                .hasMessageContaining("train.batch: expected a value in 1..")
                .hasMessageContaining("full, replay, truncated");
    }
}
