package dev.mneme.backend.nd4j;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.indexer.ByteIndexer;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.bytedeco.javacpp.indexer.LongIndexer;

/**
 * Elements of a non-empty array as bit patterns of their size, to be moved without being looked at. Offsets and strides
 * count elements.
 */
abstract class Cells {
    /** Below this a Java loop is faster than a native call. */
    private static final long BULK_BYTES = 1024;
    /** A square of this side is moved within few cache lines. */
    private static final long TILE = 16;

    private final Pointer data;
    private final int size;

    private Cells(Pointer data, int size) {
        this.data = data;
        this.size = size;
    }

    static Cells of(Nd4jArray x) {
        return switch (x.dtype().bytes()) {
            case 1 -> new Bytes(x);
            case 4 -> new Ints(x);
            default -> new Longs(x);
        };
    }

    /** Copies a dense run. */
    final void copyRun(long to, Cells source, long from, long count) {
        if (count * size >= BULK_BYTES) {
            Pointer.memmove(
                    new BytePointer(data).position(to * size),
                    new BytePointer(source.data).position(from * size),
                    count * size);
        } else {
            copyStrided(to, source, from, 1, count);
        }
    }

    /** Copies elements that lie {@code stride} apart into a dense run. */
    abstract void copyStrided(long to, Cells source, long from, long stride, long count);

    /**
     * Copies a plane: its rows lie side by side in the source ({@code sourceStride} apart within a row), and
     * {@code rowStride} apart here, where rows are dense.
     */
    final void copyTransposed(
            long to, long rowStride, Cells source, long from, long sourceStride, long rows, long columns) {
        for (long row0 = 0; row0 < rows; row0 += TILE) {
            long rowEnd = Math.min(rows, row0 + TILE);
            for (long column0 = 0; column0 < columns; column0 += TILE) {
                long width = Math.min(columns - column0, TILE);
                for (long row = row0; row < rowEnd; row++) {
                    copyStrided(
                            to + row * rowStride + column0,
                            source,
                            from + column0 * sourceStride + row,
                            sourceStride,
                            width);
                }
            }
        }
    }

    /** Picks from one of two sources by a condition, all strided, into a dense run. */
    abstract void choose(
            long to,
            ByteIndexer condition,
            long conditionAt,
            long conditionStride,
            Cells ifTrue,
            long trueAt,
            long trueStride,
            Cells ifFalse,
            long falseAt,
            long falseStride,
            long count);

    static ByteIndexer truths(Nd4jArray condition) {
        return ByteIndexer.create(new BytePointer(condition.data()).capacity(condition.length()));
    }

    private static final class Bytes extends Cells {
        private final ByteIndexer cells;

        Bytes(Nd4jArray x) {
            super(x.data(), 1);
            cells = truths(x);
        }

        @Override
        void copyStrided(long to, Cells source, long from, long stride, long count) {
            ByteIndexer others = ((Bytes) source).cells;
            for (long i = 0; i < count; i++) {
                cells.put(to + i, others.get(from + i * stride));
            }
        }

        @Override
        void choose(
                long to,
                ByteIndexer condition,
                long conditionAt,
                long conditionStride,
                Cells ifTrue,
                long trueAt,
                long trueStride,
                Cells ifFalse,
                long falseAt,
                long falseStride,
                long count) {
            ByteIndexer a = ((Bytes) ifTrue).cells;
            ByteIndexer b = ((Bytes) ifFalse).cells;
            for (long i = 0; i < count; i++) {
                boolean first = condition.get(conditionAt + i * conditionStride) != 0;
                cells.put(to + i, first ? a.get(trueAt + i * trueStride) : b.get(falseAt + i * falseStride));
            }
        }
    }

    private static final class Ints extends Cells {
        private final IntIndexer cells;

        Ints(Nd4jArray x) {
            super(x.data(), 4);
            cells = IntIndexer.create(new IntPointer(x.data()).capacity(x.length()));
        }

        @Override
        void copyStrided(long to, Cells source, long from, long stride, long count) {
            IntIndexer others = ((Ints) source).cells;
            for (long i = 0; i < count; i++) {
                cells.put(to + i, others.get(from + i * stride));
            }
        }

        @Override
        void choose(
                long to,
                ByteIndexer condition,
                long conditionAt,
                long conditionStride,
                Cells ifTrue,
                long trueAt,
                long trueStride,
                Cells ifFalse,
                long falseAt,
                long falseStride,
                long count) {
            IntIndexer a = ((Ints) ifTrue).cells;
            IntIndexer b = ((Ints) ifFalse).cells;
            for (long i = 0; i < count; i++) {
                boolean first = condition.get(conditionAt + i * conditionStride) != 0;
                cells.put(to + i, first ? a.get(trueAt + i * trueStride) : b.get(falseAt + i * falseStride));
            }
        }
    }

    private static final class Longs extends Cells {
        private final LongIndexer cells;

        Longs(Nd4jArray x) {
            super(x.data(), 8);
            cells = LongIndexer.create(new LongPointer(x.data()).capacity(x.length()));
        }

        @Override
        void copyStrided(long to, Cells source, long from, long stride, long count) {
            LongIndexer others = ((Longs) source).cells;
            for (long i = 0; i < count; i++) {
                cells.put(to + i, others.get(from + i * stride));
            }
        }

        @Override
        void choose(
                long to,
                ByteIndexer condition,
                long conditionAt,
                long conditionStride,
                Cells ifTrue,
                long trueAt,
                long trueStride,
                Cells ifFalse,
                long falseAt,
                long falseStride,
                long count) {
            LongIndexer a = ((Longs) ifTrue).cells;
            LongIndexer b = ((Longs) ifFalse).cells;
            for (long i = 0; i < count; i++) {
                boolean first = condition.get(conditionAt + i * conditionStride) != 0;
                cells.put(to + i, first ? a.get(trueAt + i * trueStride) : b.get(falseAt + i * falseStride));
            }
        }
    }
}
