package dev.mneme.backend.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineInfo;
import dev.mneme.tensor.Shape;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** Arrays for kernel tests, and their elements by position. */
final class Fixture {
    static final Nd4jKernels KERNELS =
            new Nd4jKernels(new Libnd4j(), new EngineInfo("nd4j", "test", "cpu", 2, Map.of()));

    private Fixture() {}

    /** Values with few binary digits, so that sums are exact in every type. */
    static double[] values(long count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return random.doubles(count, -8, 8).map(v -> Math.rint(v * 4) / 4).toArray();
    }

    static Nd4jArray array(double[] values, Shape shape, DType dtype) {
        return switch (dtype) {
            case I64 -> {
                long[] longs = new long[values.length];
                for (int i = 0; i < longs.length; i++) {
                    longs[i] = (long) values[i];
                }
                yield KERNELS.fromLongs(longs, shape);
            }
            case BOOL -> {
                boolean[] truths = new boolean[values.length];
                for (int i = 0; i < truths.length; i++) {
                    truths[i] = values[i] > 0;
                }
                yield KERNELS.fromBooleans(truths, shape);
            }
            default -> KERNELS.fromDoubles(values, shape, dtype);
        };
    }

    static Nd4jArray random(Shape shape, DType dtype, long seed) {
        return array(values(shape.elements(), seed), shape, dtype);
    }

    /** Elements as doubles, truth as 1. */
    static double[] elements(Nd4jArray x) {
        if (x.dtype() != DType.BOOL) {
            return KERNELS.toDoubles(x);
        }
        boolean[] truths = KERNELS.toBooleans(x);
        double[] values = new double[truths.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = truths[i] ? 1 : 0;
        }
        return values;
    }

    /** Computes an array of this shape element by element from positions. */
    static double[] expected(Shape shape, ToDoubleFunction<long[]> element) {
        double[] values = new double[Math.toIntExact(shape.elements())];
        long[] position = new long[shape.rank()];
        for (int i = 0; i < values.length; i++) {
            values[i] = element.applyAsDouble(position);
            for (int dim = position.length - 1; dim >= 0; dim--) {
                if (++position[dim] < shape.size(dim)) {
                    break;
                }
                position[dim] = 0;
            }
        }
        return values;
    }

    /** The element at a position of a larger shape, as broadcasting reads it. */
    static double at(double[] values, Shape shape, long... position) {
        int skipped = position.length - shape.rank();
        long offset = 0;
        for (int dim = 0; dim < shape.rank(); dim++) {
            offset = offset * shape.size(dim) + (shape.size(dim) == 1 ? 0 : position[skipped + dim]);
        }
        return values[Math.toIntExact(offset)];
    }

    static long[] with(long[] position, int dim, long value) {
        long[] copy = position.clone();
        copy[dim] = value;
        return copy;
    }

    /** Checks shape, type and every element, and releases the array. */
    static void assertArray(Nd4jArray actual, Shape shape, DType dtype, double tolerance, double[] expected) {
        double[] found = elements(actual);
        assertThat(actual.shape()).isEqualTo(shape);
        assertThat(actual.dtype()).isEqualTo(dtype);
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            double error = Math.abs(found[i] - expected[i]);
            boolean same = Double.compare(found[i] + 0.0, expected[i] + 0.0) == 0;
            if (!same && !(error <= tolerance * Math.max(1e-30, Math.abs(expected[i])))) {
                assertThat(found[i]).as("element %s of %s %s", i, dtype, shape).isEqualTo(expected[i]);
            }
        }
        KERNELS.release(actual);
    }
}
