package dev.mneme.backend.nd4j;

import static dev.mneme.backend.nd4j.Fixture.KERNELS;
import static dev.mneme.backend.nd4j.Fixture.assertArray;
import static dev.mneme.backend.nd4j.Fixture.at;
import static dev.mneme.backend.nd4j.Fixture.elements;
import static dev.mneme.backend.nd4j.Fixture.expected;
import static dev.mneme.backend.nd4j.Fixture.random;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProductKernelsTest {
    /** Leading sizes of both operands. */
    private static final List<List<Shape>> LISTS = List.of(
            List.of(Shape.scalar(), Shape.scalar()),
            List.of(Shape.of(1), Shape.scalar()),
            List.of(Shape.of(3), Shape.scalar()),
            List.of(Shape.scalar(), Shape.of(3)),
            List.of(Shape.of(3), Shape.of(3)),
            List.of(Shape.of(3), Shape.of(1)),
            List.of(Shape.of(2, 3), Shape.of(2, 3)),
            List.of(Shape.of(2, 1), Shape.of(1, 3)),
            List.of(Shape.of(2, 3), Shape.of(3)),
            List.of(Shape.of(1, 1), Shape.of(2, 2)),
            List.of(Shape.of(0), Shape.scalar()),
            List.of(Shape.of(2, 1, 2), Shape.of(3, 1)));
    /** Rows, depth, columns. */
    private static final long[][] MATRICES = {
        {1, 1, 1},
        {1, 5, 1},
        {1, 5, 3},
        {4, 1, 3},
        {4, 5, 1},
        {2, 3, 5},
        {7, 7, 7},
        {0, 3, 2},
        {3, 0, 2},
        {3, 2, 0},
        {33, 65, 17}
    };

    @ParameterizedTest
    @CsvSource({
        "F32,false,false",
        "F32,false,true",
        "F32,true,false",
        "F32,true,true",
        "F64,false,false",
        "F64,false,true",
        "F64,true,false",
        "F64,true,true"
    })
    void productsOfEveryOrientationAndBroadcast(DType dtype, boolean transposeA, boolean transposeB) {
        for (List<Shape> lists : LISTS) {
            for (long[] m : MATRICES) {
                Nd4jArray a = random(matrix(lists.get(0), m[0], m[1], transposeA), dtype, 1);
                Nd4jArray b = random(matrix(lists.get(1), m[1], m[2], transposeB), dtype, 2);
                double[] left = elements(a);
                double[] right = elements(b);
                Shape shape = matrix(lists.get(0).broadcast(lists.get(1)), m[0], m[2], false);
                assertArray(
                        KERNELS.matmul(a, transposeA, b, transposeB),
                        shape,
                        dtype,
                        0,
                        expected(
                                shape,
                                p -> LongStream.range(0, m[1])
                                        .mapToDouble(i -> at(left, a.shape(), place(p, p[p.length - 2], i, transposeA))
                                                * at(right, b.shape(), place(p, i, p[p.length - 1], transposeB)))
                                        .sum()));
                KERNELS.release(a);
                KERNELS.release(b);
            }
        }
    }

    private static Shape matrix(Shape list, long rows, long columns, boolean transposed) {
        return list.inserting(-1, transposed ? columns : rows).inserting(-1, transposed ? rows : columns);
    }

    private static long[] place(long[] position, long row, long column, boolean transposed) {
        long[] place = Arrays.copyOf(position, position.length);
        place[place.length - 2] = transposed ? column : row;
        place[place.length - 1] = transposed ? row : column;
        return place;
    }
}
