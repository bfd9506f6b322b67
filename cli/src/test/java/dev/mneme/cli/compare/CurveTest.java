package dev.mneme.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class CurveTest {
    @Test
    void meanIsOverTheStepsThatAllHave() {
        Curve mean = Curve.mean(List.of(
                new Curve(new double[] {1, 2, 3}, new double[] {10, 20, 30}, new double[] {0, 0.5, 1}),
                new Curve(new double[] {1, 2}, new double[] {20, 40}, new double[] {0.5, 1})));

        assertThat(mean.steps()).containsExactly(1, 2);
        assertThat(mean.seconds()).containsExactly(15, 30);
        assertThat(mean.values()).containsExactly(0.25, 0.75);
    }

    @Test
    void ofNothingIsNothing() {
        assertThat(Curve.mean(List.of()).steps()).isEmpty();
    }
}
