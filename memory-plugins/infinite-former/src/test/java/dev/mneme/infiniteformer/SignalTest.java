package dev.mneme.infiniteformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Writing and reading without a backbone. */
final class SignalTest {
    private static final double[] MEANS = {0.03, 0.4, 0.5, 0.77, 1};
    private static final double[] VARIANCES = {0.001, 0.02, 0.3, 0.0004, 0.01};

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    private static Components components(TensorBackend backend, Map<String, ?> settings) {
        return new Components(backend, TestModel.memory(settings), 4, 2, 6);
    }

    private static Tensor vector(TensorBackend backend, double... values) {
        return backend.tensor(values, Shape.of(values.length), DType.F64);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void anExpectationIsTheIntegralOfFunctionTimesDensity(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                Components components = components(backend, Map.of())) {
            double[] expected = components
                    .basis()
                    .forward(vector(backend, MEANS), vector(backend, VARIANCES))
                    .toDoubles();
            GaussianBasis gaussians = components.config().gaussians();
            for (int query = 0; query < MEANS.length; query++) {
                double deviation = Math.sqrt(VARIANCES[query]);
                double step = deviation / 1000;
                for (int j = 0; j < gaussians.count(); j++) {
                    double sum = 0;
                    for (int i = -10_000; i <= 10_000; i++) {
                        double z = i / 1000.0;
                        double density = Math.exp(-z * z / 2) / (deviation * Math.sqrt(2 * Math.PI));
                        sum += density * bump(gaussians, j, MEANS[query] + z * deviation) * step;
                    }
                    assertThat(expected[query * gaussians.count() + j]).isCloseTo(sum, within(1e-9));
                }
            }
        }
    }

    private static double bump(GaussianBasis basis, int j, double t) {
        double width = basis.widths()[j % basis.widths().length];
        double z = (t - basis.centres()[j / basis.widths().length]) / width;
        return Math.exp(-z * z / 2) / (width * Math.sqrt(2 * Math.PI));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void underAPointItIsTheFunctionItself(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                Components components = components(backend, Map.of())) {
            double[] expected = components
                    .basis()
                    .forward(vector(backend, MEANS), vector(backend, 1e-12, 1e-12, 1e-12, 1e-12, 1e-12))
                    .toDoubles();
            double[] values =
                    components.matrix(components.config().gaussians().at(MEANS)).toDoubles();
            for (int i = 0; i < values.length; i++) {
                assertThat(expected[i]).isCloseTo(values[i], within(1e-7));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void itsDerivativesAreThoseOfTheHeatEquation(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                Components components = components(backend, Map.of())) {
            GaussianBasis gaussians = components.config().gaussians();
            for (int j = 0; j < gaussians.count(); j++) {
                double width = gaussians.widths()[j % 2];
                double centre = gaussians.centres()[j / 2];
                Tensor mean = vector(backend, MEANS).variable();
                Tensor variance = vector(backend, VARIANCES).variable();
                Tensor function = components.basis().forward(mean, variance).slice(-1, j, j + 1L);
                double[] r = function.toDoubles();
                List<Tensor> gradients = backend.gradients(
                        List.of(function.sum()), List.of(mean, variance), Collections.singletonList(null));
                double[] byMean = gradients.get(0).toDoubles();
                double[] byVariance = gradients.get(1).toDoubles();
                for (int i = 0; i < r.length; i++) {
                    double spread = width * width + VARIANCES[i];
                    double distance = MEANS[i] - centre;
                    assertThat(byMean[i]).isCloseTo(-r[i] * distance / spread, within(1e-9));
                    double curvature = r[i] * (distance * distance / (spread * spread) - 1 / spread);
                    assertThat(byVariance[i]).isCloseTo(curvature / 2, within(1e-9));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aWriteIsLinear(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                Components components = components(backend, Map.of())) {
            Tensor x = backend.normal(Shape.of(2, 6, 4), DType.F64, 1);
            Tensor y = backend.normal(Shape.of(2, 6, 4), DType.F64, 2);
            Tensor old = backend.normal(Shape.of(2, 8, 4), DType.F64, 3);
            Tensor mixed = x.mul(0.3).add(y.mul(-2));
            assertClose(
                    components.fit(null, mixed),
                    components.fit(null, x).mul(0.3).add(components.fit(null, y).mul(-2)));
            assertClose(
                    components.fit(old.mul(0.3).add(old.mul(-2)), mixed),
                    components.fit(old, x).mul(0.3).add(components.fit(old, y).mul(-2)));
            Tensor order = backend.tensor(new long[] {2, 0, 3, 1}, Shape.of(4));
            assertClose(
                    components.fit(old.indexSelect(2, order), x.indexSelect(2, order)),
                    components.fit(old, x).indexSelect(2, order));
            assertClose(
                    components.fit(old.slice(0, 1, 2), x.slice(0, 1, 2)),
                    components.fit(old, x).slice(0, 1, 2));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void rowsOfDifferentLengthAndAgeAreWrittenAsIfAlone(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                Components components = components(backend, Map.of())) {
            Tensor points = backend.normal(Shape.of(3, 8 + 6, 4), DType.F64, 4);
            int[] lengths = {6, 2, 5};
            boolean[] isFirst = {false, true, false};
            Tensor together = components.refit().factors(lengths, isFirst).matmul(points);
            for (int row = 0; row < lengths.length; row++) {
                Tensor own = points.slice(0, row, row + 1);
                Tensor old = own.slice(1, 0, 8);
                Tensor added = own.slice(1, 8 + 6 - lengths[row], 8 + 6);
                Tensor alone = components.fit(isFirst[row] ? null : old, added);
                assertClose(together.slice(0, row, row + 1), alone);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void evenSamplingContractsTheSignalToTheLeft(TestEngine engine) {
        double[] wide = {.7425, .555, .415, .305, .2275, .1675};
        double[] narrow = {.4975, .2425, .1175, .055, .0375, 0};
        assertThat(ones(engine, 0.75, 0)).containsExactly(wide, within(1e-9));
        assertThat(ones(engine, 0.5, 0)).containsExactly(narrow, within(1e-9));
        for (int k = 1; k <= 6; k++) {
            assertThat(wide[k - 1]).isCloseTo(Math.pow(0.75, k), within(0.02));
            assertThat(narrow[k - 1]).isCloseTo(Math.pow(0.5, k), within(0.02));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void stickySamplingKeepsWhatIsRead(TestEngine engine) {
        double onePoint = 1.0 / 400 + 1e-9;
        for (double share : ones(engine, 0.5, 128)) {
            assertThat(share).isCloseTo(0.505, within(onePoint));
        }
        for (double share : ones(engine, 0.75, 128)) {
            assertThat(share).isCloseTo(0.7475, within(onePoint));
        }
    }

    /** The share of the line above 0.5 after each of six writes of zeros behind a segment of ones; 0 bins = sampled evenly. */
    private static double[] ones(TestEngine engine, double contraction, int stickyBins) {
        TensorBackend backend = engine.backend();
        boolean sticky = stickyBins > 0;
        InfiniteFormerConfig config = TestModel.memory(Map.of(
                "bins",
                Math.max(1, stickyBins),
                "basis",
                64,
                "samples",
                64,
                "widths",
                "0.02,0.05",
                "ridge",
                0.5,
                "contraction",
                contraction,
                "sticky",
                sticky));
        double[] midpoints =
                IntStream.range(0, 400).mapToDouble(i -> (i + 0.5) / 400).toArray();
        double[] levels =
                IntStream.range(0, 64).mapToDouble(i -> (i + 0.5) / 64).toArray();
        try (TensorScope scope = backend.scope();
                Components components = new Components(backend, config, 1, 1, 32)) {
            Tensor signal = components.fit(null, backend.ones(Shape.of(1, 32, 1), DType.F64));
            Tensor zeros = backend.zeros(Shape.of(1, 32, 1), DType.F64);
            double[] shares = new double[6];
            for (int k = 0; k < shares.length; k++) {
                Tensor old = signal;
                if (sticky) {
                    Tensor mean = backend.full(Shape.of(1, 1), k == 0 ? 0.5 : contraction / 2, DType.F64);
                    Tensor deviation = backend.full(Shape.of(1, 1), 0.1, DType.F64);
                    Tensor read =
                            components.sampling().shares(mean, deviation, backend.ones(Shape.of(1, 1), DType.F64));
                    old = components
                            .sampling()
                            .sample(signal, components.sampling().quantiles(read, levels));
                }
                signal = components.fit(old, zeros);
                double[] values = components.at(signal, midpoints).toDoubles();
                shares[k] = Arrays.stream(values).filter(value -> value > 0.5).count() / 400.0;
            }
            return shares;
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatWasReadIsSharedOutToTheBins(TestEngine engine) {
        TensorBackend backend = engine.backend();
        Map<String, ?> settings = Map.of("sticky", true, "variance_floor", 1e-12);
        try (TensorScope scope = backend.scope();
                Components components = components(backend, settings)) {
            StickySampling sampling = components.sampling();
            Tensor mean = vector(backend, MEANS).reshape(1, 5);
            Tensor deviation = vector(backend, VARIANCES).sqrt().reshape(1, 5);
            Tensor all = backend.ones(Shape.of(1, 5), DType.F64);
            Tensor shares = sampling.shares(mean, deviation, all);
            assertThat(shares.sum().item()).isCloseTo(1, within(1e-12));
            assertThat(Arrays.stream(shares.toDoubles()).min().orElseThrow()).isNotNegative();
            assertClose(sampling.shares(mean.flip(1), deviation.flip(1), all), shares);

            double inBin40 = (40 + 0.5) / 128;
            double[] narrow = sampling.shares(one(backend, inBin40), one(backend, 1e-5), one(backend, 1))
                    .toDoubles();
            assertThat(narrow[40]).isCloseTo(1, within(1e-12));

            double[] wide = sampling.shares(one(backend, 0.3), one(backend, 1e4), one(backend, 1))
                    .toDoubles();
            assertThat(wide[64]).isCloseTo(1.0 / 128, within(1e-7));
            assertThat(wide[0] / wide[64]).isCloseTo(1 + 128e-6, within(1e-5));

            double[] nothing = sampling.shares(one(backend, 0.3), one(backend, 0.1), one(backend, 0))
                    .toDoubles();
            assertThat(nothing).containsOnly(1.0 / 128);
            Tensor some = vector(backend, 0, 1, 1, 0, 1).reshape(1, 5);
            Tensor kept = backend.tensor(new long[] {1, 2, 4}, Shape.of(3));
            assertClose(
                    sampling.shares(mean, deviation, some),
                    sampling.shares(
                            mean.indexSelect(1, kept),
                            deviation.indexSelect(1, kept),
                            backend.ones(Shape.of(1, 3), DType.F64)));
        }
    }

    private static Tensor one(TensorBackend backend, double value) {
        return backend.full(Shape.of(1, 1), value, DType.F64);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void drawsFollowTheSharesAndTheKey(TestEngine engine) {
        TensorBackend backend = engine.backend();
        Map<String, ?> settings = Map.of("sticky", true, "bins", 4, "samples", 4000);
        try (TensorScope scope = backend.scope();
                Components components = components(backend, settings)) {
            Tensor shares = backend.tensor(new double[] {0.1, 0, 0.6, 0.3, 0, 0, 0, 1}, Shape.of(2, 4), DType.F64);
            long[] drawn = components.sampling().draw(shares, 11).toLongs();
            long[] counts = new long[4];
            for (int i = 0; i < 4000; i++) {
                counts[(int) drawn[i]]++;
                assertThat(i == 0 || drawn[i] >= drawn[i - 1]).isTrue();
            }
            assertThat(counts[0] / 4000.0).isCloseTo(0.1, within(0.02));
            assertThat(counts[1]).isZero();
            assertThat(counts[2] / 4000.0).isCloseTo(0.6, within(0.02));
            assertThat(Arrays.copyOfRange(drawn, 4000, 8000)).containsOnly(3);
            assertThat(components.sampling().draw(shares, 11).toLongs()).isEqualTo(drawn);
            assertThat(components.sampling().draw(shares, 12).toLongs()).isNotEqualTo(drawn);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theOrderOfBasisFunctionsDoesNotMatter(TestEngine engine) {
        TensorBackend backend = engine.backend();
        InfiniteFormerConfig config = TestModel.memory(Map.of());
        GaussianBasis grid = config.gaussians();
        int[] centres = {2, 0, 3, 1};
        GaussianBasis permuted = new GaussianBasis(
                Arrays.stream(centres).mapToDouble(i -> grid.centres()[i]).toArray(),
                new double[] {grid.widths()[1], grid.widths()[0]});
        long[] order = new long[8];
        for (int j = 0; j < 8; j++) {
            order[j] = 2L * centres[j / 2] + 1 - j % 2;
        }
        try (TensorScope scope = backend.scope();
                Components original = new Components(backend, config, grid, 4, 2, 6);
                Components other = new Components(backend, config, permuted, 4, 2, 6)) {
            Tensor index = backend.tensor(order, Shape.of(8));
            Tensor density = original.parameters().get("read.density").value();
            other.parameters().get("read.density").value().assign(density.indexSelect(1, index));
            Tensor signal = original.fit(null, backend.normal(Shape.of(2, 6, 4), DType.F64, 1));
            Tensor reordered = other.fit(null, backend.normal(Shape.of(2, 6, 4), DType.F64, 1));
            assertClose(reordered, signal.indexSelect(1, index));
            Tensor queries = backend.normal(Shape.of(2, 2, 3, 2), DType.F64, 2);
            assertClose(
                    other.read(queries, reordered).context(),
                    original.read(queries, signal).context());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theDivergenceIsZeroForThePriorAlone(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope()) {
            Tensor mean = vector(backend, 0.2, 0.5, 0.9);
            Tensor variance = vector(backend, 0.0025, 0.1, 0.0001);
            Densities densities = new Densities(mean, variance);
            double[] divergence = densities.divergence(0.05).toDoubles();
            assertThat(divergence[0]).isCloseTo(0, within(1e-12));
            assertThat(divergence[1]).isPositive();
            assertThat(divergence[2]).isPositive();
            double[] withMean = densities.divergence(0.2, 0.05).toDoubles();
            assertThat(withMean[0]).isCloseTo(0, within(1e-12));
            assertThat(withMean[1] - divergence[1]).isCloseTo(0.3 * 0.3 / (2 * 0.0025), within(1e-9));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void withoutScoresAConstantIsReadWeakened(TestEngine engine) {
        TensorBackend backend = engine.backend();
        Map<String, ?> settings = Map.of("basis", 64, "widths", "0.02,0.05", "samples", 64, "ridge", 0.5);
        try (TensorScope scope = backend.scope();
                Components components = new Components(backend, TestModel.memory(settings), 1, 1, 64)) {
            Tensor signal = components.fit(null, backend.ones(Shape.of(1, 64, 1), DType.F64));
            Densities densities = Densities.of(backend.zeros(Shape.of(1, 1, 1, 2), DType.F64), 1e-4);
            assertThat(densities.mean().item()).isEqualTo(0.5);
            assertThat(densities.variance().item()).isCloseTo(Math.log(2), within(1e-12));
            Tensor expected = components.basis().forward(densities.mean(), densities.variance());
            double read = expected.reshape(1, 64).matmul(signal.reshape(64, 1)).item();
            assertThat(read).isCloseTo(0.45, within(0.01));
        }
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubles()).containsExactly(expected.toDoubles(), within(1e-12));
    }
}
