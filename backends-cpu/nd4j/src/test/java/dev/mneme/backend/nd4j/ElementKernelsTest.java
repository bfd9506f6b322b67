package dev.mneme.backend.nd4j;

import static dev.mneme.backend.nd4j.Fixture.KERNELS;
import static dev.mneme.backend.nd4j.Fixture.array;
import static dev.mneme.backend.nd4j.Fixture.assertArray;
import static dev.mneme.backend.nd4j.Fixture.at;
import static dev.mneme.backend.nd4j.Fixture.elements;
import static dev.mneme.backend.nd4j.Fixture.expected;
import static dev.mneme.backend.nd4j.Fixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.tape.Binary;
import dev.mneme.tensor.tape.Unary;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ElementKernelsTest {
    private static final List<Shape> SHAPES = List.of(
            Shape.scalar(),
            Shape.of(1),
            Shape.of(7),
            Shape.of(0),
            Shape.of(3, 0, 2),
            Shape.of(2, 3, 5),
            Shape.of(41000));
    private static final List<List<Shape>> PAIRS = List.of(
            List.of(Shape.scalar(), Shape.scalar()),
            List.of(Shape.of(4), Shape.scalar()),
            List.of(Shape.scalar(), Shape.of(2, 3)),
            List.of(Shape.of(1), Shape.of(5)),
            List.of(Shape.of(2, 3), Shape.of(2, 3)),
            List.of(Shape.of(2, 3), Shape.of(3)),
            List.of(Shape.of(3), Shape.of(2, 3)),
            List.of(Shape.of(2, 1), Shape.of(3)),
            List.of(Shape.of(2, 1), Shape.of(1, 3)),
            List.of(Shape.of(2, 3), Shape.of(2, 1)),
            List.of(Shape.of(7, 1, 5), Shape.of(2, 1, 3, 1)),
            List.of(Shape.of(2, 3, 4, 5), Shape.of(2, 1, 1, 5)),
            List.of(Shape.of(2, 1, 4, 5), Shape.of(3, 1, 5)),
            List.of(Shape.of(2, 3, 4, 5), Shape.of(3, 1, 1)),
            List.of(Shape.of(1, 3, 1), Shape.of(1, 3, 1)),
            List.of(Shape.of(300, 301), Shape.of(301)),
            List.of(Shape.of(300, 301), Shape.of(300, 1)),
            List.of(Shape.of(0, 3), Shape.of(3)),
            List.of(Shape.of(2, 0), Shape.of(2, 1)),
            List.of(Shape.of(0), Shape.of(1)));

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void functionsOfOneFloatingArgumentAgreeWithJava(DType dtype) {
        check(Unary.NEG, dtype, x -> -x);
        check(Unary.ABS, dtype, Math::abs);
        check(Unary.EXP, dtype, Math::exp);
        check(Unary.LOG, dtype, Math::log);
        check(Unary.SQRT, dtype, Math::sqrt);
        check(Unary.SIN, dtype, Math::sin);
        check(Unary.COS, dtype, Math::cos);
        check(Unary.TANH, dtype, Math::tanh);
        check(Unary.SIGMOID, dtype, x -> 1 / (1 + Math.exp(-x)));
        check(Unary.RELU, dtype, x -> Math.max(x, 0));
    }

    private static void check(Unary operation, DType dtype, DoubleUnaryOperator function) {
        double tolerance = dtype == DType.F32 ? 2e-6 : 1e-12;
        for (Shape shape : SHAPES) {
            Nd4jArray x = random(shape, dtype, 1);
            assertArray(
                    KERNELS.unary(operation, x),
                    shape,
                    dtype,
                    tolerance,
                    Arrays.stream(elements(x)).map(function).toArray());
            KERNELS.release(x);
        }
        double infinity = Double.POSITIVE_INFINITY;
        double[] special = {0, -0.0, 1e-4, -1e-4, 1e-3, 30, -30, 80, infinity, -infinity, Double.NaN};
        Nd4jArray x = array(special, Shape.of(special.length), dtype);
        assertArray(
                KERNELS.unary(operation, x),
                x.shape(),
                dtype,
                tolerance,
                Arrays.stream(elements(x))
                        .map(function)
                        .map(v -> dtype == DType.F32 ? (float) v : v)
                        .toArray());
        KERNELS.release(x);
    }

    @Test
    void errorFunctionHasItsTabulatedValues() {
        double[] arguments = {-2, -0.5, 0, 1e-5, 0.1, 1, 3};
        double[] results = {
            -0.9953222650189527,
            -0.5204998778130465,
            0,
            1.1283791670578999e-5,
            0.1124629160182849,
            0.8427007929497149,
            0.9999779095030014
        };
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            Nd4jArray x = array(arguments, Shape.of(7), dtype);
            assertArray(KERNELS.unary(Unary.ERF, x), Shape.of(7), dtype, dtype == DType.F32 ? 1e-6 : 1e-14, results);
            KERNELS.release(x);
        }
    }

    @Test
    void integersAreNegatedAndMadePositiveExactly() {
        long large = (1L << 53) + 1;
        Nd4jArray x = KERNELS.fromLongs(new long[] {large, -large, 0}, Shape.of(3));
        assertThat(KERNELS.toLongs(KERNELS.unary(Unary.NEG, x))).containsExactly(-large, large, 0);
        assertThat(KERNELS.toLongs(KERNELS.unary(Unary.ABS, x))).containsExactly(large, large, 0);
        assertThat(KERNELS.toLongs(KERNELS.affine(x, 1, 2))).containsExactly(large + 2, 2 - large, 2);
        assertThat(KERNELS.toLongs(KERNELS.affine(x, -3, 1))).containsExactly(1 - 3 * large, 1 + 3 * large, 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64"})
    void arithmeticBroadcastsAsNumPyDoes(DType dtype) {
        check(Binary.ADD, dtype, dtype, Double::sum);
        check(Binary.SUB, dtype, dtype, (a, b) -> a - b);
        check(Binary.MUL, dtype, dtype, (a, b) -> a * b);
        check(Binary.MAX, dtype, dtype, Math::max);
        check(Binary.MIN, dtype, dtype, Math::min);
        if (dtype.isFloating()) {
            check(Binary.DIV, dtype, dtype, (a, b) -> dtype == DType.F32 ? (float) a / (float) b : a / b);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64"})
    void comparisonsBroadcastAsNumPyDoes(DType dtype) {
        check(Binary.EQ, dtype, DType.BOOL, (a, b) -> a == b ? 1 : 0);
        check(Binary.LT, dtype, DType.BOOL, (a, b) -> a < b ? 1 : 0);
        check(Binary.LE, dtype, DType.BOOL, (a, b) -> a <= b ? 1 : 0);
    }

    @Test
    void logicBroadcastsAsNumPyDoes() {
        check(Binary.AND, DType.BOOL, DType.BOOL, (a, b) -> a * b);
        check(Binary.OR, DType.BOOL, DType.BOOL, Math::max);
        check(Binary.EQ, DType.BOOL, DType.BOOL, (a, b) -> a == b ? 1 : 0);
        for (Shape shape : SHAPES) {
            Nd4jArray x = random(shape, DType.BOOL, 3);
            assertArray(
                    KERNELS.unary(Unary.NOT, x),
                    shape,
                    DType.BOOL,
                    0,
                    Arrays.stream(elements(x)).map(v -> 1 - v).toArray());
            KERNELS.release(x);
        }
    }

    private static void check(Binary operation, DType dtype, DType result, DoubleBinaryOperator function) {
        for (List<Shape> pair : PAIRS) {
            for (List<Shape> shapes : List.of(pair, List.of(pair.get(1), pair.get(0)))) {
                Nd4jArray a = random(shapes.get(0), dtype, 5);
                Nd4jArray b = random(shapes.get(1), dtype, 6);
                double[] left = elements(a);
                double[] right = elements(b);
                Shape shape = a.shape().broadcast(b.shape());
                assertArray(
                        KERNELS.binary(operation, a, b),
                        shape,
                        result,
                        1e-15,
                        expected(shape, p -> function.applyAsDouble(at(left, a.shape(), p), at(right, b.shape(), p))));
                KERNELS.release(a);
                KERNELS.release(b);
            }
        }
    }

    @Test
    void nanIsContagiousInMaximumAndMinimumAndEqualsNothing() {
        double[] nan = {Double.NaN, 1, Double.NaN};
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            Nd4jArray a = array(nan, Shape.of(3), dtype);
            Nd4jArray b = array(new double[] {1, Double.NaN, Double.NaN}, Shape.of(3), dtype);
            double[] all = {Double.NaN, Double.NaN, Double.NaN};
            assertArray(KERNELS.binary(Binary.MAX, a, b), Shape.of(3), dtype, 0, all);
            assertArray(KERNELS.binary(Binary.MIN, a, b), Shape.of(3), dtype, 0, all);
            assertArray(KERNELS.binary(Binary.EQ, a, b), Shape.of(3), DType.BOOL, 0, new double[3]);
            assertArray(KERNELS.binary(Binary.LT, a, b), Shape.of(3), DType.BOOL, 0, new double[3]);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void powersAgreeWithJava(DType dtype) {
        for (double exponent : new double[] {2, 3, 0.5, -0.5, -1, 0, 1, 1.7, -2}) {
            double[] positive = {0.25, 1, 3.5, 100, 1e-6};
            Nd4jArray x = array(positive, Shape.of(5), dtype);
            assertArray(
                    KERNELS.pow(x, exponent),
                    Shape.of(5),
                    dtype,
                    dtype == DType.F32 ? 2e-6 : 1e-14,
                    Arrays.stream(elements(x)).map(v -> Math.pow(v, exponent)).toArray());
        }
        Nd4jArray negative = array(new double[] {-2, -0.5}, Shape.of(2), dtype);
        assertArray(KERNELS.pow(negative, 3), Shape.of(2), dtype, 1e-6, new double[] {-8, -0.125});
        assertArray(KERNELS.pow(negative, 2), Shape.of(2), dtype, 1e-6, new double[] {4, 0.25});
        assertArray(KERNELS.pow(negative, -1), Shape.of(2), dtype, 1e-6, new double[] {-0.5, -2});
    }

    @Test
    void castsTruncateAndTestForZero() {
        for (DType from : List.of(DType.F32, DType.F64, DType.I64, DType.BOOL)) {
            for (DType to : List.of(DType.F32, DType.F64, DType.I64, DType.BOOL)) {
                for (Shape shape : SHAPES) {
                    Nd4jArray x = random(shape, from, 9);
                    assertArray(
                            KERNELS.cast(x, to),
                            shape,
                            to,
                            0,
                            Arrays.stream(elements(x))
                                    .map(v -> to == DType.BOOL ? (v != 0 ? 1 : 0) : to == DType.I64 ? (long) v : v)
                                    .toArray());
                    KERNELS.release(x);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64", "BOOL"})
    void whereBroadcastsAllThree(DType dtype) {
        List<List<Shape>> triples = List.of(
                List.of(Shape.scalar(), Shape.scalar(), Shape.scalar()),
                List.of(Shape.of(2, 3), Shape.scalar(), Shape.of(2, 3)),
                List.of(Shape.of(3), Shape.of(2, 1), Shape.scalar()),
                List.of(Shape.of(4, 5), Shape.of(2, 3, 4, 5), Shape.of(2, 1, 4, 1)),
                List.of(Shape.of(2, 1, 1), Shape.of(1, 3, 1), Shape.of(4)),
                List.of(Shape.of(0, 2), Shape.of(2), Shape.scalar()));
        for (List<Shape> triple : triples) {
            Nd4jArray condition = random(triple.get(0), DType.BOOL, 1);
            Nd4jArray a = random(triple.get(1), dtype, 2);
            Nd4jArray b = random(triple.get(2), dtype, 3);
            double[] truths = elements(condition);
            double[] left = elements(a);
            double[] right = elements(b);
            Shape shape = condition.shape().broadcast(a.shape()).broadcast(b.shape());
            assertArray(
                    KERNELS.where(condition, a, b),
                    shape,
                    dtype,
                    0,
                    expected(
                            shape,
                            p -> at(truths, condition.shape(), p) != 0
                                    ? at(left, a.shape(), p)
                                    : at(right, b.shape(), p)));
        }
    }

    @Test
    void fillingReachesEveryElement() {
        for (Shape shape : SHAPES) {
            double[] values = expected(shape, p -> 3);
            assertArray(KERNELS.full(shape, 3, DType.F32), shape, DType.F32, 0, values);
            assertArray(KERNELS.full(shape, 3, DType.F64), shape, DType.F64, 0, values);
            assertArray(KERNELS.full(shape, 3.9, DType.I64), shape, DType.I64, 0, values);
            assertArray(KERNELS.full(shape, 0.5, DType.BOOL), shape, DType.BOOL, 0, expected(shape, p -> 1));
        }
    }
}
