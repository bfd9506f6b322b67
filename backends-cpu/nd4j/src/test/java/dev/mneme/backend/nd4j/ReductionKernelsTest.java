package dev.mneme.backend.nd4j;

import static dev.mneme.backend.nd4j.Fixture.KERNELS;
import static dev.mneme.backend.nd4j.Fixture.array;
import static dev.mneme.backend.nd4j.Fixture.assertArray;
import static dev.mneme.backend.nd4j.Fixture.at;
import static dev.mneme.backend.nd4j.Fixture.elements;
import static dev.mneme.backend.nd4j.Fixture.expected;
import static dev.mneme.backend.nd4j.Fixture.random;
import static dev.mneme.backend.nd4j.Fixture.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.tape.ArrayKernels.Largest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ReductionKernelsTest {
    private static final List<Shape> SHAPES = List.of(
            Shape.of(1),
            Shape.of(7),
            Shape.of(3, 5),
            Shape.of(2, 3, 4),
            Shape.of(5, 1, 3),
            Shape.of(2, 3, 2, 3),
            Shape.of(31, 57));

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64", "BOOL"})
    void sumsOverEverySetOfDimensions(DType dtype) {
        DType result = dtype.isFloating() ? dtype : DType.I64;
        for (Shape shape : SHAPES) {
            Nd4jArray x = random(shape, dtype, 4);
            double[] values = elements(x);
            for (int subset = 1; subset < 1 << shape.rank(); subset++) {
                int bits = subset;
                int[] dims = IntStream.range(0, shape.rank())
                        .filter(dim -> (bits >> dim & 1) == 1)
                        .toArray();
                Shape kept = shape;
                Shape dropped = shape;
                for (int i = dims.length - 1; i >= 0; i--) {
                    kept = kept.with(dims[i], 1);
                    dropped = dropped.without(dims[i]);
                }
                double[] sums = new double[Math.toIntExact(kept.elements())];
                long[] strides = Strides.broadcast(kept, shape);
                expected(shape, p -> {
                    long offset = IntStream.range(0, p.length)
                            .mapToLong(i -> p[i] * strides[i])
                            .sum();
                    sums[(int) offset] += at(values, shape, p);
                    return 0;
                });
                assertArray(KERNELS.sum(x, true, dims), kept, result, 0, sums);
                assertArray(KERNELS.sum(x, false, dims), dropped, result, 0, sums);
            }
            KERNELS.release(x);
        }
    }

    @Test
    void anEmptySumIsZero() {
        Nd4jArray x = random(Shape.of(0, 3), DType.F32, 1);
        assertArray(KERNELS.sum(x, false, 0), Shape.of(3), DType.F32, 0, new double[3]);
        assertArray(KERNELS.sum(x, true, 1), Shape.of(0, 1), DType.F32, 0, new double[0]);
        assertArray(KERNELS.sum(x, false, 0, 1), Shape.scalar(), DType.F32, 0, new double[1]);
    }

    @Test
    void longSumsOfF32StayAccurate() {
        double[] values = new SplittableRandom(7).doubles(1_000_000).toArray();
        Nd4jArray x = array(values, Shape.of(1_000_000), DType.F32);
        assertThat(elements(KERNELS.sum(x, false, 0))[0])
                .isCloseTo(DoubleStream.of(values).sum(), within(5.0));
        Nd4jArray rows = KERNELS.reshape(x, Shape.of(500_000, 2));
        assertThat(DoubleStream.of(elements(KERNELS.sum(rows, false, 0))).sum())
                .isCloseTo(DoubleStream.of(values).sum(), within(5.0));
        KERNELS.release(x);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64"})
    void largestElementsAndTheirFirstPositions(DType dtype) {
        for (Shape shape : SHAPES) {
            Nd4jArray x = random(shape, dtype, 8);
            double[] values = elements(x);
            for (int dim = 0; dim < shape.rank(); dim++) {
                int along = dim;
                double[] positions = expected(
                        shape.with(dim, 1),
                        p -> IntStream.range(0, (int) shape.size(along))
                                .boxed()
                                .max(Comparator.<Integer>comparingDouble(i -> at(values, shape, with(p, along, i)))
                                        .thenComparing(Comparator.reverseOrder()))
                                .orElseThrow());
                double[] maxima = expected(
                        shape.with(dim, 1),
                        p -> IntStream.range(0, (int) shape.size(along))
                                .mapToDouble(i -> at(values, shape, with(p, along, i)))
                                .max()
                                .orElseThrow());
                assertArray(KERNELS.argmax(x, dim, true), shape.with(dim, 1), DType.I64, 0, positions);
                assertArray(KERNELS.argmax(x, dim, false), shape.without(dim), DType.I64, 0, positions);
                assertArray(KERNELS.max(x, dim, true), shape.with(dim, 1), dtype, 0, maxima);
                assertArray(KERNELS.max(x, dim, false), shape.without(dim), dtype, 0, maxima);
            }
            KERNELS.release(x);
        }
    }

    @Test
    void nanIsTheLargestElement() {
        Nd4jArray x = array(new double[] {1, Double.NaN, 3, Double.NaN}, Shape.of(4), DType.F32);
        assertArray(KERNELS.max(x, 0, false), Shape.scalar(), DType.F32, 0, new double[] {Double.NaN});
        assertArray(KERNELS.argmax(x, 0, false), Shape.scalar(), DType.I64, 0, new double[] {1});
        Largest<Nd4jArray> top = KERNELS.topk(x, 3, 0);
        assertArray(top.indices(), Shape.of(3), DType.I64, 0, new double[] {1, 3, 2});
        KERNELS.release(top.values());
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64"})
    void runningSumsInBothDirections(DType dtype) {
        for (Shape shape : SHAPES) {
            Nd4jArray x = random(shape, dtype, 8);
            double[] values = elements(x);
            for (int dim = 0; dim < shape.rank(); dim++) {
                int along = dim;
                assertArray(
                        KERNELS.cumsum(x, dim, false),
                        shape,
                        dtype,
                        0,
                        expected(
                                shape,
                                p -> IntStream.rangeClosed(0, (int) p[along])
                                        .mapToDouble(i -> at(values, shape, with(p, along, i)))
                                        .sum()));
                assertArray(
                        KERNELS.cumsum(x, dim, true),
                        shape,
                        dtype,
                        0,
                        expected(
                                shape,
                                p -> IntStream.range((int) p[along], (int) shape.size(along))
                                        .mapToDouble(i -> at(values, shape, with(p, along, i)))
                                        .sum()));
            }
            KERNELS.release(x);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64"})
    void theTopElementsAreThoseOfASort(DType dtype) {
        for (Shape shape : SHAPES) {
            Nd4jArray x = random(shape, dtype, 8);
            double[] values = elements(x);
            for (int dim = 0; dim < shape.rank(); dim++) {
                int along = dim;
                int size = (int) shape.size(dim);
                for (int k : new int[] {0, 1, (size + 1) / 2, size}) {
                    Shape result = shape.with(dim, k);
                    double[] order = expected(
                            result,
                            p -> IntStream.range(0, size)
                                    .boxed()
                                    .sorted(Comparator.<Integer>comparingDouble(
                                            i -> 0 - at(values, shape, with(p, along, i))))
                                    .toList()
                                    .get((int) p[along]));
                    Largest<Nd4jArray> top = KERNELS.topk(x, k, dim);
                    assertArray(
                            top.values(),
                            result,
                            dtype,
                            0,
                            expected(result, p -> at(values, shape, with(p, along, (long) at(order, result, p)))));
                    assertArray(top.indices(), result, DType.I64, 0, order);
                }
            }
            KERNELS.release(x);
        }
    }

    @Test
    void integersBeyondDoublePrecisionAreOrdered() {
        long large = 1L << 60;
        Nd4jArray x = KERNELS.fromLongs(new long[] {large, large + 1, -large, large - 1}, Shape.of(4));
        Largest<Nd4jArray> top = KERNELS.topk(x, 4, 0);
        assertThat(KERNELS.toLongs(top.indices())).containsExactly(1, 0, 3, 2);
        assertThat(KERNELS.toLongs(top.values())).containsExactly(large + 1, large, large - 1, -large);
        assertThat(KERNELS.toLongs(KERNELS.cumsum(x, 0, false))[1]).isEqualTo(2 * large + 1);
        assertThat(KERNELS.toLongs(KERNELS.sum(x, false, 0))[0])
                .isEqualTo(Arrays.stream(KERNELS.toLongs(x)).sum());
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void softmaxAlongEveryDimension(DType dtype) {
        double tolerance = dtype == DType.F32 ? 1e-5 : 1e-12;
        for (Shape shape : SHAPES) {
            Nd4jArray x = random(shape, dtype, 8);
            double[] values = elements(x);
            for (int dim = 0; dim < shape.rank(); dim++) {
                int along = dim;
                double[] logarithms = expected(
                        shape,
                        p -> at(values, shape, p)
                                - Math.log(IntStream.range(0, (int) shape.size(along))
                                        .mapToDouble(i -> Math.exp(at(values, shape, with(p, along, i))))
                                        .sum()));
                double[] shares = DoubleStream.of(logarithms).map(Math::exp).toArray();
                assertArray(KERNELS.softmax(x, dim), shape, dtype, tolerance, shares);
                double[] found = elements(KERNELS.logSoftmax(x, dim));
                assertThat(found).containsExactly(logarithms, within(tolerance * 10));
            }
            KERNELS.release(x);
        }
    }

    @Test
    void softmaxOfExtremeRows() {
        double infinity = Double.POSITIVE_INFINITY;
        double[] rows = {1e30, -1e30, 1e30, -infinity, 0, 0, Double.NaN, 0, 0, 200, 100, -200};
        for (int copies : new int[] {1, 300}) {
            double[] values = new double[12 * copies];
            for (int i = 0; i < values.length; i++) {
                values[i] = rows[i % 12];
            }
            Nd4jArray x = array(values, Shape.of(4L * copies, 3), DType.F32);
            double[] shares = elements(KERNELS.softmax(x, 1));
            double[] logarithms = elements(KERNELS.logSoftmax(x, 1));
            for (int i = 0; i < values.length; i += 12) {
                assertThat(Arrays.copyOfRange(shares, i, i + 6)).containsExactly(0.5, 0, 0.5, 0, 0.5, 0.5);
                assertThat(Arrays.copyOfRange(shares, i + 6, i + 9)).containsOnly(Double.NaN);
                assertThat(Arrays.copyOfRange(logarithms, i + 6, i + 9)).containsOnly(Double.NaN);
                assertThat(Arrays.copyOfRange(logarithms, i + 9, i + 12)).containsExactly(0, -100, -400);
            }
        }
    }
}
