package dev.mneme.backend.nd4j;

import dev.mneme.tensor.Shape;
import org.bytedeco.javacpp.indexer.LongIndexer;

/** Walks an index array of full rank together with the array it points into and another of at least its sizes. */
final class IndexedLoop {
    private final StridedLoop loop;

    /** What is done with one index: the element it names, and the element of the other array at the index's place. */
    interface Visit {
        void accept(long target, long other);
    }

    IndexedLoop(Shape index, int dim, Shape target, Shape other) {
        long[] sizes = index.toArray();
        long[] targetStrides = Strides.dense(target.toArray());
        // The index itself supplies the position along this dimension.
        targetStrides[dim] = 0;
        loop = new StridedLoop(sizes, Strides.dense(sizes), targetStrides, Strides.dense(other.toArray()));
    }

    void forEach(LongIndexer positions, long step, Visit visit) {
        long length = loop.runLength();
        long targetStride = loop.runStride(1);
        long otherStride = loop.runStride(2);
        loop.forEachRun(at -> {
            for (long i = 0; i < length; i++) {
                visit.accept(at[1] + i * targetStride + positions.get(at[0] + i) * step, at[2] + i * otherStride);
            }
        });
    }
}
