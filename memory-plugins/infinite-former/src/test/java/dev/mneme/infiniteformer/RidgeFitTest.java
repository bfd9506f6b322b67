package dev.mneme.infiniteformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The basis and the regression, in plain Java: no engine takes part. */
final class RidgeFitTest {
    private static final int LENGTH = 512;
    private static final GaussianBasis LARGE = GaussianBasis.grid(512, new double[] {0.005, 0.01});
    private static final Timeline LINE = Timeline.first(LENGTH);
    private static final double[][] FACTORS = RidgeFit.factors(LARGE, LINE.real(), LINE.padding(), 0.5);

    @Test
    void everyWidthStandsAtEveryCentreAndTheWidthRunsFastest() {
        GaussianBasis basis = GaussianBasis.grid(6, new double[] {0.1, 0.3});
        assertThat(basis.centres()).containsExactly(0, 0.5, 1);
        double[] peaks = basis.at(new double[] {0.5})[0];
        assertThat(peaks[2]).isCloseTo(1 / (0.1 * Math.sqrt(2 * Math.PI)), within(1e-12));
        assertThat(peaks[3]).isCloseTo(1 / (0.3 * Math.sqrt(2 * Math.PI)), within(1e-12));
    }

    @Test
    void aBasisFunctionInsideIntegratesToOne() {
        GaussianBasis basis = GaussianBasis.grid(10, new double[] {0.02, 0.05});
        int points = 20_000;
        double[][] values = basis.at(
                IntStream.range(0, points).mapToDouble(i -> (i + 0.5) / points).toArray());
        for (int j = 4; j < 6; j++) {
            int function = j;
            double integral =
                    Arrays.stream(values).mapToDouble(row -> row[function]).sum() / points;
            assertThat(integral).isCloseTo(1, within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8})
    void theFirstFitMinimisesThePaddedObjective(int length) {
        GaussianBasis basis = GaussianBasis.grid(8, new double[] {0.05, 0.15});
        double ridge = 0.5;
        Timeline line = Timeline.first(length);
        double[] targets =
                IntStream.range(0, length).mapToDouble(i -> Math.sin(3 * i + 1)).toArray();
        double[] fitted = multiply(RidgeFit.factors(basis, line.real(), line.padding(), ridge), targets);
        double[] slope = new double[basis.count()];
        addSlope(slope, basis.at(line.real()), fitted, targets);
        addSlope(slope, basis.at(line.padding()), fitted, new double[line.padding().length]);
        for (int j = 0; j < slope.length; j++) {
            assertThat(slope[j] + ridge * fitted[j]).isCloseTo(0, within(1e-10));
        }
    }

    private static void addSlope(double[] slope, double[][] values, double[] fitted, double[] targets) {
        for (int p = 0; p < values.length; p++) {
            double residual = -targets[p];
            for (int j = 0; j < fitted.length; j++) {
                residual += values[p][j] * fitted[j];
            }
            for (int j = 0; j < fitted.length; j++) {
                slope[j] += values[p][j] * residual;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 8", "32, 64", "64, 2", "512, 512", "1024, 512"})
    void laterWritesHaveEquallyManyPointsOfPaddingOnBothSides(int length, int samples) {
        Timeline line = Timeline.later(samples, length, 0.75);
        assertThat(line.real()).hasSize(samples + length).isSorted();
        assertThat(line.real()[samples - 1]).isEqualTo(0.75);
        assertThat(line.real()[samples + length - 1]).isEqualTo(1);
        long before = Arrays.stream(line.padding()).filter(point -> point < 0).count();
        assertThat(before).isEqualTo((samples + length) / 2);
        assertThat(line.padding()).hasSize(samples + length);
    }

    @Test
    void aConstantIsKeptButAtTheEnds() {
        double[] constant = new double[LENGTH];
        Arrays.fill(constant, 1);
        double[] fitted = multiply(FACTORS, constant);
        double[] inside =
                IntStream.rangeClosed(0, 800).mapToDouble(i -> 0.1 + i / 1000.0).toArray();
        for (double value : multiply(LARGE.at(inside), fitted)) {
            assertThat(value).isCloseTo(1, within(1e-5));
        }
        for (double value : multiply(LARGE.at(new double[] {0, 1}), fitted)) {
            assertThat(value).isCloseTo(0.506, within(1e-3));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2e-4", "4, 1e-3", "16, 3.9e-3"})
    void sinusoidsAreKept(int frequency, double error) {
        DoubleUnaryOperator sinusoid = t -> Math.sin(2 * Math.PI * frequency * t);
        double[] fitted =
                multiply(FACTORS, Arrays.stream(LINE.real()).map(sinusoid).toArray());
        double[] everywhere =
                IntStream.rangeClosed(0, 2000).mapToDouble(i -> i / 2000.0).toArray();
        double[] expected = Arrays.stream(everywhere).map(sinusoid).toArray();
        assertThat(relativeError(everywhere, fitted, expected)).isCloseTo(error, within(0.25 * error));
    }

    @Test
    void whiteNoiseIsNot() {
        SplittableRandom random = new SplittableRandom(1);
        double[] noise = IntStream.range(0, LENGTH)
                .mapToDouble(i -> random.nextGaussian())
                .toArray();
        assertThat(relativeError(LINE.real(), multiply(FACTORS, noise), noise)).isCloseTo(0.73, within(0.05));
    }

    private static double relativeError(double[] points, double[] fitted, double[] expected) {
        double[] actual = multiply(LARGE.at(points), fitted);
        double error = 0;
        double total = 0;
        for (int i = 0; i < points.length; i++) {
            error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            total += expected[i] * expected[i];
        }
        return Math.sqrt(error / total);
    }

    private static double[] multiply(double[][] matrix, double[] vector) {
        return Arrays.stream(matrix)
                .mapToDouble(row -> IntStream.range(0, row.length)
                        .mapToDouble(i -> row[i] * vector[i])
                        .sum())
                .toArray();
    }
}
