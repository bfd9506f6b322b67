package dev.mneme.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;

final class CrossingTest {
    private static final double[] LENGTHS = {256, 512, 1024, 2048};

    @Test
    void crossingIsInterpolatedOnLogarithms() {
        // The baseline grows with the square of the length, the candidate with the length; equal at 724.08.
        double[] baseline = {256.0 * 256, 512.0 * 512, 1024.0 * 1024, 2048.0 * 2048};
        double equal = 512 * Math.sqrt(2);
        double[] candidate = {256 * equal, 512 * equal, 1024 * equal, 2048 * equal};

        Crossing crossing = Crossing.of(LENGTHS, baseline, candidate);

        assertThat(crossing.place()).isEqualTo(Crossing.Place.WITHIN);
        assertThat(crossing.length()).isCloseTo(equal, offset(1e-6));
        assertThat(crossing.text()).isEqualTo("from 724 tokens on");
    }

    @Test
    void curvesThatCrossAndCrossBackCountFromTheLastCrossing() {
        Crossing crossing = Crossing.of(LENGTHS, new double[] {4, 4, 4, 4}, new double[] {8, 2, 8, 2});

        assertThat(crossing.length()).isCloseTo(1024 * Math.sqrt(2), offset(1e-6));
    }

    @Test
    void candidateThatIsAlwaysBelowCrossesBeforeTheRange() {
        Crossing crossing = Crossing.of(LENGTHS, new double[] {4, 4, 4, 4}, new double[] {1, 1, 1, 1});

        assertThat(crossing.place()).isEqualTo(Crossing.Place.BEFORE);
        assertThat(crossing.text()).isEqualTo("beyond the range: less at every length from 256 to 2048");
    }

    @Test
    void candidateThatIsAboveOrEqualAtTheEndCrossesBeyondTheRange() {
        Crossing crossing = Crossing.of(LENGTHS, new double[] {4, 4, 4, 4}, new double[] {1, 1, 8, 4});

        assertThat(crossing.place()).isEqualTo(Crossing.Place.BEYOND);
        assertThat(crossing.text()).isEqualTo("beyond the range: not less at 2048 tokens");
    }

    @Test
    void lengthsThatOneSideDidNotFinishAreLeftOut() {
        Crossing crossing =
                Crossing.of(LENGTHS, new double[] {1, 8, Double.NaN, Double.NaN}, new double[] {Double.NaN, 4, 4, 4});

        assertThat(crossing.place()).isEqualTo(Crossing.Place.BEFORE);
        assertThat(crossing.longest()).isEqualTo(512);
        assertThat(Crossing.of(new double[] {1}, new double[] {Double.NaN}, new double[] {1})
                        .text())
                .isEqualTo("no length at which both were measured");
    }
}
