package dev.mneme.backend.nd4j;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.List;
import org.bytedeco.javacpp.indexer.LongIndexer;

/** Operations that only move elements; in Java, where runs are copied whole. */
final class LayoutKernels {
    private final Libnd4j library;
    private final ElementKernels elements;

    LayoutKernels(Libnd4j library, ElementKernels elements) {
        this.library = library;
        this.elements = elements;
    }

    Nd4jArray permute(Nd4jArray x, int[] dims) {
        long[] own = Strides.dense(x.shape().toArray());
        long[] sizes = new long[dims.length];
        long[] strides = new long[dims.length];
        for (int i = 0; i < dims.length; i++) {
            sizes[i] = x.shape().size(dims[i]);
            strides[i] = own[dims[i]];
        }
        Nd4jArray out = library.allocate(Shape.of(sizes), x.dtype());
        if (out.isEmpty()) {
            return out;
        }
        Cells from = Cells.of(x);
        Cells to = Cells.of(out);
        StridedLoop loop = new StridedLoop(sizes, Strides.dense(sizes), strides);
        int side = loop.unitDimension(1);
        if (side < 0 || side == loop.rank() - 1) {
            loop.forEachRun(at -> to.copyRun(at[0], from, at[1], loop.runLength()));
        } else {
            loop.forEachPlane(
                    side,
                    at -> to.copyTransposed(
                            at[0],
                            loop.stride(0, side),
                            from,
                            at[1],
                            loop.runStride(1),
                            loop.size(side),
                            loop.runLength()));
        }
        return out;
    }

    Nd4jArray expand(Nd4jArray x, Shape shape) {
        if (x.length() == shape.elements()) {
            return library.reshaped(x, shape, true);
        }
        // Adding to what changes nothing is the library's fastest way to repeat; -0 keeps the sign of zeros.
        Nd4jArray neutral = elements.full(shape, x.dtype().isFloating() ? -0.0 : 0, x.dtype());
        if (neutral.isEmpty()) {
            return neutral;
        }
        try {
            library.custom(x.dtype() == DType.BOOL ? "boolean_or" : "add", neutral, neutral, x);
            return neutral;
        } catch (RuntimeException e) {
            library.release(neutral);
            throw e;
        }
    }

    Nd4jArray slice(Nd4jArray x, int dim, long start, long end) {
        if (start == 0 && end == x.shape().size(dim)) {
            return library.reshaped(x, x.shape(), true);
        }
        Nd4jArray out = library.allocate(x.shape().with(dim, end - start), x.dtype());
        if (out.isEmpty()) {
            return out;
        }
        Cells from = Cells.of(x);
        Cells to = Cells.of(out);
        long inner = Strides.inner(x.shape(), dim);
        long outer = Strides.outer(x.shape(), dim);
        long run = (end - start) * inner;
        for (long o = 0; o < outer; o++) {
            to.copyRun(o * run, from, (o * x.shape().size(dim) + start) * inner, run);
        }
        return out;
    }

    Nd4jArray concat(List<Nd4jArray> arrays, int dim) {
        Shape first = arrays.get(0).shape();
        long size = arrays.stream().mapToLong(x -> x.shape().size(dim)).sum();
        Nd4jArray out = library.allocate(first.with(dim, size), arrays.get(0).dtype());
        if (out.isEmpty()) {
            return out;
        }
        Cells to = Cells.of(out);
        long inner = Strides.inner(first, dim);
        long outer = Strides.outer(first, dim);
        long offset = 0;
        for (Nd4jArray x : arrays) {
            long run = x.shape().size(dim) * inner;
            if (run > 0) {
                Cells from = Cells.of(x);
                for (long o = 0; o < outer; o++) {
                    to.copyRun(o * size * inner + offset, from, o * run, run);
                }
            }
            offset += run;
        }
        return out;
    }

    Nd4jArray indexSelect(Nd4jArray x, int dim, Nd4jArray index) {
        long count = index.length();
        Nd4jArray out = library.allocate(x.shape().with(dim, count), x.dtype());
        if (out.isEmpty()) {
            return out;
        }
        Cells from = Cells.of(x);
        Cells to = Cells.of(out);
        LongIndexer positions = Numbers.integers(index);
        long size = x.shape().size(dim);
        long inner = Strides.inner(x.shape(), dim);
        long outer = Strides.outer(x.shape(), dim);
        for (long o = 0; o < outer; o++) {
            for (long i = 0; i < count; i++) {
                to.copyRun((o * count + i) * inner, from, (o * size + positions.get(i)) * inner, inner);
            }
        }
        return out;
    }

    Nd4jArray gather(Nd4jArray x, int dim, Nd4jArray index) {
        Nd4jArray out = library.allocate(index.shape(), x.dtype());
        if (out.isEmpty()) {
            return out;
        }
        Cells from = Cells.of(x);
        Cells to = Cells.of(out);
        LongIndexer positions = Numbers.integers(index);
        long step = Strides.inner(x.shape(), dim);
        IndexedLoop loop = new IndexedLoop(index.shape(), dim, x.shape(), index.shape());
        loop.forEach(positions, step, (target, at) -> to.copyStrided(at, from, target, 1, 1));
        return out;
    }

    Nd4jArray indexAdd(Nd4jArray x, int dim, Nd4jArray index, Nd4jArray source) {
        Nd4jArray out = elements.copy(x);
        if (source.isEmpty() || out.isEmpty()) {
            return out;
        }
        Numbers to = Numbers.of(out);
        Numbers from = Numbers.of(source);
        LongIndexer positions = Numbers.integers(index);
        long count = index.length();
        long size = x.shape().size(dim);
        long inner = Strides.inner(x.shape(), dim);
        long outer = Strides.outer(x.shape(), dim);
        for (long o = 0; o < outer; o++) {
            for (long i = 0; i < count; i++) {
                to.addRun((o * size + positions.get(i)) * inner, from, (o * count + i) * inner, inner);
            }
        }
        return out;
    }

    Nd4jArray scatterAdd(Nd4jArray x, int dim, Nd4jArray index, Nd4jArray source) {
        Nd4jArray out = elements.copy(x);
        if (index.isEmpty() || out.isEmpty()) {
            return out;
        }
        Numbers to = Numbers.of(out);
        Numbers from = Numbers.of(source);
        LongIndexer positions = Numbers.integers(index);
        long step = Strides.inner(x.shape(), dim);
        IndexedLoop loop = new IndexedLoop(index.shape(), dim, x.shape(), source.shape());
        loop.forEach(positions, step, (target, at) -> to.addRun(target, from, at, 1));
        return out;
    }
}
