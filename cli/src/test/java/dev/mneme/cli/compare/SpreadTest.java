package dev.mneme.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SpreadTest {
    @Test
    void deviationIsThatOfASample() {
        assertThat(Spread.of(1, 2, 3)).isEqualTo(new Spread(3, 2, 1, 1, 3));
    }

    @Test
    void oneValueHasNoDeviationAndNoneNoMean() {
        assertThat(Spread.of(4)).isEqualTo(new Spread(1, 4, Double.NaN, 4, 4));
        assertThat(Spread.of(Double.NaN)).isEqualTo(new Spread(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN));
    }
}
