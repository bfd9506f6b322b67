package dev.mneme.backend.nd4j;

import static dev.mneme.backend.nd4j.Fixture.KERNELS;
import static dev.mneme.backend.nd4j.Fixture.assertArray;
import static dev.mneme.backend.nd4j.Fixture.at;
import static dev.mneme.backend.nd4j.Fixture.elements;
import static dev.mneme.backend.nd4j.Fixture.expected;
import static dev.mneme.backend.nd4j.Fixture.random;
import static dev.mneme.backend.nd4j.Fixture.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LayoutKernelsTest {
    private static final List<Shape> SHAPES = List.of(
            Shape.of(1),
            Shape.of(7),
            Shape.of(0),
            Shape.of(3, 5),
            Shape.of(2, 0, 3),
            Shape.of(2, 3, 4),
            Shape.of(5, 1, 3),
            Shape.of(2, 3, 2, 3),
            Shape.of(33, 70),
            Shape.of(3, 17, 40),
            Shape.of(2, 3, 1, 300));

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "BOOL"})
    void everyPermutation(DType dtype) {
        for (Shape shape : SHAPES) {
            Nd4jArray x = random(shape, dtype, 2);
            double[] values = elements(x);
            for (int[] order : permutations(shape.rank())) {
                long[] sizes = new long[order.length];
                for (int i = 0; i < order.length; i++) {
                    sizes[i] = shape.size(order[i]);
                }
                assertArray(KERNELS.permute(x, order), Shape.of(sizes), dtype, 0, expected(Shape.of(sizes), p -> {
                    long[] source = new long[p.length];
                    for (int i = 0; i < p.length; i++) {
                        source[order[i]] = p[i];
                    }
                    return at(values, shape, source);
                }));
            }
            KERNELS.release(x);
        }
    }

    private static List<int[]> permutations(int rank) {
        List<int[]> orders = List.of(new int[0]);
        for (int next = 0; next < rank; next++) {
            List<int[]> longer = new ArrayList<>();
            for (int[] order : orders) {
                for (int place = 0; place <= order.length; place++) {
                    int[] grown = new int[order.length + 1];
                    System.arraycopy(order, 0, grown, 0, place);
                    grown[place] = next;
                    System.arraycopy(order, place, grown, place + 1, order.length - place);
                    longer.add(grown);
                }
            }
            orders = longer;
        }
        return orders;
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64", "BOOL"})
    void expansionRepeats(DType dtype) {
        List<List<Shape>> pairs = List.of(
                List.of(Shape.scalar(), Shape.of(2, 3)),
                List.of(Shape.of(3), Shape.of(4, 3)),
                List.of(Shape.of(4, 1), Shape.of(4, 3)),
                List.of(Shape.of(2, 1, 3), Shape.of(5, 2, 4, 3)),
                List.of(Shape.of(1, 3), Shape.of(1, 3)),
                List.of(Shape.of(3), Shape.of(1, 1, 3)),
                List.of(Shape.of(1, 3), Shape.of(0, 3)),
                List.of(Shape.of(200, 1), Shape.of(200, 300)));
        for (List<Shape> pair : pairs) {
            Nd4jArray x = random(pair.get(0), dtype, 2);
            double[] values = elements(x);
            assertArray(
                    KERNELS.expand(x, pair.get(1)),
                    pair.get(1),
                    dtype,
                    0,
                    expected(pair.get(1), p -> at(values, pair.get(0), p)));
            KERNELS.release(x);
        }
    }

    @Test
    void expansionKeepsSpecialNumbers() {
        double[] special = {Double.NaN, Double.NEGATIVE_INFINITY, -0.0, 1};
        Nd4jArray x = KERNELS.fromDoubles(special, Shape.of(4), DType.F64);
        double[] found = elements(KERNELS.expand(x, Shape.of(2, 4)));
        assertThat(found)
                .containsExactly(
                        Double.NaN, Double.NEGATIVE_INFINITY, -0.0, 1, Double.NaN, Double.NEGATIVE_INFINITY, -0.0, 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "I64", "BOOL"})
    void slicesAndTheirConcatenation(DType dtype) {
        for (Shape shape : SHAPES) {
            Nd4jArray x = random(shape, dtype, 2);
            double[] values = elements(x);
            for (int dim = 0; dim < shape.rank(); dim++) {
                int along = dim;
                long size = shape.size(dim);
                for (long cut : new long[] {0, size / 2, size}) {
                    Nd4jArray front = KERNELS.slice(x, dim, 0, cut);
                    Nd4jArray back = KERNELS.slice(x, dim, cut, size);
                    assertArray(KERNELS.concat(List.of(front, back), dim), shape, dtype, 0, values);
                    assertArray(
                            KERNELS.concat(List.of(back, x, back), dim),
                            shape.with(dim, 3 * size - 2 * cut),
                            dtype,
                            0,
                            expected(shape.with(dim, 3 * size - 2 * cut), p -> {
                                long place = p[along];
                                long source = place < size - cut
                                        ? place + cut
                                        : place < 2 * size - cut ? place - size + cut : place - 2 * size + 2 * cut;
                                return at(values, shape, with(p, along, source));
                            }));
                    KERNELS.release(front);
                    KERNELS.release(back);
                }
            }
            KERNELS.release(x);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64"})
    void selectionAndAdditionByIndexWithRepeats(DType dtype) {
        for (Shape shape : SHAPES) {
            Nd4jArray x = random(shape, dtype, 2);
            double[] values = elements(x);
            for (int dim = 0; dim < shape.rank(); dim++) {
                int along = dim;
                int count = shape.size(dim) == 0 ? 0 : 5;
                long[] index = new SplittableRandom(dim)
                        .longs(count, 0, Math.max(1, shape.size(dim)))
                        .toArray();
                Nd4jArray positions = KERNELS.fromLongs(index, Shape.of(count));
                Shape picked = shape.with(dim, count);
                assertArray(
                        KERNELS.indexSelect(x, dim, positions),
                        picked,
                        dtype,
                        0,
                        expected(picked, p -> at(values, shape, with(p, along, index[(int) p[along]]))));
                Nd4jArray source = random(picked, dtype, 3);
                double[] added = elements(source);
                assertArray(
                        KERNELS.indexAdd(x, dim, positions, source),
                        shape,
                        dtype,
                        0,
                        expected(
                                shape,
                                p -> at(values, shape, p)
                                        + IntStream.range(0, count)
                                                .filter(i -> index[i] == p[along])
                                                .mapToDouble(i -> at(added, picked, with(p, along, i)))
                                                .sum()));
            }
            KERNELS.release(x);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64"})
    void gatherAndScatterWithSmallerIndexAndRepeats(DType dtype) {
        for (Shape shape : SHAPES) {
            for (int dim = 0; dim < shape.rank(); dim++) {
                int along = dim;
                Nd4jArray x = random(shape, dtype, 2);
                double[] values = elements(x);
                Shape indexShape = shape.size(dim) == 0 ? shape : shape.with(dim, 4);
                for (int other = 0; other < shape.rank(); other++) {
                    if (other != dim && shape.size(other) > 2) {
                        indexShape = indexShape.with(other, shape.size(other) - 1);
                    }
                }
                Shape picked = indexShape;
                long[] index = new SplittableRandom(dim)
                        .longs(picked.elements(), 0, Math.max(1, shape.size(dim)))
                        .toArray();
                double[] places = Arrays.stream(index).asDoubleStream().toArray();
                Nd4jArray positions = KERNELS.fromLongs(index, picked);
                assertArray(
                        KERNELS.gather(x, dim, positions),
                        picked,
                        dtype,
                        0,
                        expected(picked, p -> at(values, shape, with(p, along, (long) at(places, picked, p)))));
                Shape larger = picked.with(0, picked.size(0) + (picked.size(0) > 1 ? 2 : 0));
                Nd4jArray source = random(larger, dtype, 3);
                double[] added = elements(source);
                double[] sums = values.clone();
                long[] strides = Strides.dense(shape.toArray());
                expected(picked, p -> {
                    long[] target = with(p, along, (long) at(places, picked, p));
                    long offset = IntStream.range(0, target.length)
                            .mapToLong(i -> target[i] * strides[i])
                            .sum();
                    sums[(int) offset] += at(added, larger, p);
                    return 0;
                });
                assertArray(KERNELS.scatterAdd(x, dim, positions, source), shape, dtype, 0, sums);
                KERNELS.release(x);
            }
        }
    }
}
