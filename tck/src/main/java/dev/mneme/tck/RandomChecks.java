package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Random numbers: what a key determines, and that they look random. */
final class RandomChecks {
    private static final Shape SHAPE = Shape.of(100, 200);

    private final TensorBackend engine;

    RandomChecks(TensorBackend engine) {
        this.engine = engine;
    }

    Stream<DynamicTest> tests() {
        return Stream.of(DType.F32, DType.F64)
                .flatMap(dtype -> Stream.of(
                        Check.named("uniform " + dtype + " follows its key", () -> follows(this::uniform, dtype)),
                        Check.named("normal " + dtype + " follows its key", () -> follows(this::normal, dtype)),
                        Check.named("uniform " + dtype + " has its moments", () -> uniformMoments(dtype)),
                        Check.named("normal " + dtype + " has its moments", () -> normalMoments(dtype)),
                        Check.named("uniform " + dtype + " of many keys is uniform", () -> acrossKeys(dtype))));
    }

    private interface Draw {
        double[] draw(DType dtype, long key);
    }

    private double[] uniform(DType dtype, long key) {
        try (TensorScope scope = engine.scope()) {
            return engine.uniform(SHAPE, dtype, key).toDoubles();
        }
    }

    private double[] normal(DType dtype, long key) {
        try (TensorScope scope = engine.scope()) {
            return engine.normal(SHAPE, dtype, key).toDoubles();
        }
    }

    private static void follows(Draw draw, DType dtype) {
        RandomSource keys = new RandomSource(5);
        long key = keys.nextKey();
        double[] first = draw.draw(dtype, key);
        double[] second = draw.draw(dtype, keys.nextKey());
        if (!Arrays.equals(draw.draw(dtype, key), first)) {
            throw new AssertionError("equal keys give other numbers after other draws");
        }
        if (Arrays.equals(first, second)) {
            throw new AssertionError("two keys give the same numbers");
        }
        assertThat(correlation(first, second)).as("correlation of two keys").isCloseTo(0, within(0.03));
        assertThat(correlation(draw.draw(dtype, 1), draw.draw(dtype, 2)))
                .as("correlation of neighbouring keys")
                .isCloseTo(0, within(0.03));
        double[] shifted = Arrays.copyOfRange(first, 1, first.length);
        assertThat(correlation(Arrays.copyOf(first, shifted.length), shifted))
                .as("correlation of neighbouring numbers")
                .isCloseTo(0, within(0.03));
    }

    private void uniformMoments(DType dtype) {
        double[] values = uniform(dtype, 11);
        assertThat(Arrays.stream(values)).allMatch(value -> value >= 0 && value < 1);
        assertThat(mean(values)).isCloseTo(0.5, within(0.01));
        assertThat(variance(values)).isCloseTo(1.0 / 12, within(0.003));
    }

    private void normalMoments(DType dtype) {
        double[] values = normal(dtype, 11);
        assertThat(mean(values)).isCloseTo(0, within(0.03));
        assertThat(variance(values)).isCloseTo(1, within(0.04));
        double fourth =
                Arrays.stream(values).map(value -> Math.pow(value, 4)).average().orElseThrow();
        assertThat(fourth).as("fourth moment").isCloseTo(3, within(0.3));
        double beyond2 =
                Arrays.stream(values).filter(value -> Math.abs(value) > 2).count() / (double) values.length;
        assertThat(beyond2).as("share beyond two deviations").isCloseTo(0.0455, within(0.006));
    }

    private void acrossKeys(DType dtype) {
        RandomSource keys = new RandomSource(3);
        double[] firsts = new double[500];
        for (int i = 0; i < firsts.length; i++) {
            try (TensorScope scope = engine.scope()) {
                firsts[i] =
                        engine.uniform(Shape.scalar(), dtype, keys.nextKey()).item();
            }
        }
        assertThat(mean(firsts)).isCloseTo(0.5, within(0.06));
        assertThat(variance(firsts)).isCloseTo(1.0 / 12, within(0.015));
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double variance(double[] values) {
        double mean = mean(values);
        return Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
    }

    private static double correlation(double[] a, double[] b) {
        double meanA = mean(a);
        double meanB = mean(b);
        double covariance = 0;
        for (int i = 0; i < a.length; i++) {
            covariance += (a[i] - meanA) * (b[i] - meanB) / a.length;
        }
        return covariance / Math.sqrt(variance(a) * variance(b));
    }
}
