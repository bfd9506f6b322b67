package dev.mneme.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.runtime.train.StepReport;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SpeedListenerTest {
    @Test
    void medianLeavesTheWarmUpOut() {
        SpeedListener speeds = new SpeedListener();
        for (double speed : new double[] {1, 2, 100, 300, 200}) {
            speeds.stepped(report(speed));
        }

        assertThat(speeds.median()).isEqualTo(100);
        assertThat(speeds.medianAfter(1)).isEqualTo(150);
        assertThat(speeds.medianAfter(5)).isNaN();
    }

    @Test
    void progressNamesStepLossSpeedAndTime() {
        assertThat(TrainProgress.text("lm", report(12_300)))
                .isEqualTo("lm [#####...............] 10/40  loss 0.5000  12.3k tok/s  ETA 1m05s");
        assertThat(TrainProgress.text("lm", report(12_300, "segments=2")))
                .startsWith("lm [#####...............] 10/40  segments=2  loss 0.5000");
    }

    @Test
    void qualityIsTheMetricThatSaysMost() {
        assertThat(TrainProgress.quality(new Metrics(Map.of("accuracy", 0.5)))).isEqualTo("accuracy 50.0 %");
        assertThat(TrainProgress.quality(new Metrics(Map.of("accuracy", 0.5, "bits_per_byte", 2.25))))
                .isEqualTo("bits per byte 2.250");
    }

    private static StepReport report(double speed) {
        return report(speed, "");
    }

    private static StepReport report(double speed, String stage) {
        return new StepReport(10, 40, 0.5, Map.of(), 1e-3, 1, speed, Duration.ofSeconds(65), stage);
    }
}
