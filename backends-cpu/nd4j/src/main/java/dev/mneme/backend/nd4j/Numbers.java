package dev.mneme.backend.nd4j;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.LongIndexer;

/** Elements of a non-empty F32, F64 or I64 array as numbers. Offsets and strides count elements. */
abstract class Numbers {
    private Numbers() {}

    static Numbers of(Nd4jArray x) {
        return switch (x.dtype()) {
            case F32 -> new Floats(x);
            case F64 -> new Doubles(x);
            default -> new Longs(integers(x));
        };
    }

    static LongIndexer integers(Nd4jArray x) {
        return LongIndexer.create(new LongPointer(x.data()).capacity(x.length()));
    }

    /** Adds a run of another array (or of this one) to a run of this array, front to back. */
    abstract void addRun(long to, Numbers source, long from, long count);

    /** Writes the larger, or the smaller, of two strided runs to a dense run. NaN wins over numbers. Floating types. */
    abstract void extreme(
            boolean larger, long to, Numbers a, long atA, long strideA, Numbers b, long atB, long strideB, long count);

    /**
     * A number with the order of the element's value: NaN comes last, as in sorting by {@link Double#compareTo}, and
     * zeros are equal.
     */
    abstract long rank(long at);

    /** Position within a run of the largest element, NaN counting as larger than all; the lowest among equals. */
    abstract long largest(long at, long stride, long count);

    /** An increasing map of doubles onto longs. */
    private static long rankOf(double value) {
        long bits = Double.doubleToLongBits(value + 0.0);
        return bits ^ ((bits >> 63) & Long.MAX_VALUE);
    }

    private static final class Floats extends Numbers {
        private final FloatIndexer cells;

        Floats(Nd4jArray x) {
            cells = FloatIndexer.create(new FloatPointer(x.data()).capacity(x.length()));
        }

        @Override
        void addRun(long to, Numbers source, long from, long count) {
            FloatIndexer others = ((Floats) source).cells;
            for (long i = 0; i < count; i++) {
                cells.put(to + i, cells.get(to + i) + others.get(from + i));
            }
        }

        @Override
        long largest(long at, long stride, long count) {
            long position = 0;
            float maximum = cells.get(at);
            for (long i = 1; i < count && !Float.isNaN(maximum); i++) {
                float value = cells.get(at + i * stride);
                if (!(value <= maximum)) {
                    maximum = value;
                    position = i;
                }
            }
            return position;
        }

        @Override
        void extreme(
                boolean larger,
                long to,
                Numbers a,
                long atA,
                long strideA,
                Numbers b,
                long atB,
                long strideB,
                long count) {
            FloatIndexer first = ((Floats) a).cells;
            FloatIndexer second = ((Floats) b).cells;
            for (long i = 0; i < count; i++) {
                float x = first.get(atA + i * strideA);
                float y = second.get(atB + i * strideB);
                cells.put(to + i, larger ? Math.max(x, y) : Math.min(x, y));
            }
        }

        @Override
        long rank(long at) {
            return rankOf(cells.get(at));
        }
    }

    private static final class Doubles extends Numbers {
        private final DoubleIndexer cells;

        Doubles(Nd4jArray x) {
            cells = DoubleIndexer.create(new DoublePointer(x.data()).capacity(x.length()));
        }

        @Override
        void addRun(long to, Numbers source, long from, long count) {
            DoubleIndexer others = ((Doubles) source).cells;
            for (long i = 0; i < count; i++) {
                cells.put(to + i, cells.get(to + i) + others.get(from + i));
            }
        }

        @Override
        long largest(long at, long stride, long count) {
            long position = 0;
            double maximum = cells.get(at);
            for (long i = 1; i < count && !Double.isNaN(maximum); i++) {
                double value = cells.get(at + i * stride);
                if (!(value <= maximum)) {
                    maximum = value;
                    position = i;
                }
            }
            return position;
        }

        @Override
        void extreme(
                boolean larger,
                long to,
                Numbers a,
                long atA,
                long strideA,
                Numbers b,
                long atB,
                long strideB,
                long count) {
            DoubleIndexer first = ((Doubles) a).cells;
            DoubleIndexer second = ((Doubles) b).cells;
            for (long i = 0; i < count; i++) {
                double x = first.get(atA + i * strideA);
                double y = second.get(atB + i * strideB);
                cells.put(to + i, larger ? Math.max(x, y) : Math.min(x, y));
            }
        }

        @Override
        long rank(long at) {
            return rankOf(cells.get(at));
        }
    }

    private static final class Longs extends Numbers {
        private final LongIndexer cells;

        Longs(LongIndexer cells) {
            this.cells = cells;
        }

        @Override
        void addRun(long to, Numbers source, long from, long count) {
            LongIndexer others = ((Longs) source).cells;
            for (long i = 0; i < count; i++) {
                cells.put(to + i, cells.get(to + i) + others.get(from + i));
            }
        }

        @Override
        long largest(long at, long stride, long count) {
            long position = 0;
            for (long i = 1; i < count; i++) {
                if (cells.get(at + i * stride) > cells.get(at + position * stride)) {
                    position = i;
                }
            }
            return position;
        }

        @Override
        void extreme(
                boolean larger,
                long to,
                Numbers a,
                long atA,
                long strideA,
                Numbers b,
                long atB,
                long strideB,
                long count) {
            throw new UnsupportedOperationException("libnd4j compares integers itself");
        }

        @Override
        long rank(long at) {
            return cells.get(at);
        }
    }
}
