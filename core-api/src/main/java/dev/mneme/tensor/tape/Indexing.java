package dev.mneme.tensor.tape;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;

/** Operations with index tensors, and their derivatives. */
final class Indexing {
    private Indexing() {}

    static <A> TapeTensor<A> indexSelect(TapeTensor<A> x, int dim, TapeTensor<A> index) {
        A array = x.array("indexSelect");
        Shape shape = x.shape();
        int at = Checks.dim("indexSelect", shape, dim);
        A positions = positions("indexSelect", index, shape, at);
        TapeBackend<A> tape = x.backend();
        Storage<A> result =
                tape.compute("indexSelect", () -> tape.kernels().indexSelect(array, at, positions), x, index);
        Pullback<A> pullback = (w, g) -> w.indexAdd(w.zeros(shape, w.dtype(g)), at, positions, g);
        return tape.record("indexSelect", result, Edge.to(x, pullback, index.storage()));
    }

    static <A> TapeTensor<A> indexAdd(TapeTensor<A> x, int dim, TapeTensor<A> index, TapeTensor<A> source) {
        A array = x.array("indexAdd");
        A added = source.array("indexAdd");
        Shape shape = x.shape();
        Checks.sameType("indexAdd", x, source);
        Checks.numeric("indexAdd", x);
        int at = Checks.dim("indexAdd", shape, dim);
        A positions = positions("indexAdd", index, shape, at);
        if (!source.shape().equals(shape.with(at, index.size(0)))) {
            throw Checks.shapeMismatch(
                    "indexAdd", "a source of shape " + shape.with(at, index.size(0)), source.shape());
        }
        TapeBackend<A> tape = x.backend();
        Storage<A> result =
                tape.compute("indexAdd", () -> tape.kernels().indexAdd(array, at, positions, added), x, index, source);
        return tape.record(
                "indexAdd",
                result,
                Edge.to(x, (w, g) -> g),
                Edge.to(source, (w, g) -> w.indexSelect(g, at, positions), index.storage()));
    }

    static <A> TapeTensor<A> gather(TapeTensor<A> x, int dim, TapeTensor<A> index) {
        A array = x.array("gather");
        Shape shape = x.shape();
        int at = Checks.dim("gather", shape, dim);
        A positions = positionsPerElement("gather", index, shape, at);
        TapeBackend<A> tape = x.backend();
        Storage<A> result = tape.compute("gather", () -> tape.kernels().gather(array, at, positions), x, index);
        Pullback<A> pullback = (w, g) -> w.scatterAdd(w.zeros(shape, w.dtype(g)), at, positions, g);
        return tape.record("gather", result, Edge.to(x, pullback, index.storage()));
    }

    static <A> TapeTensor<A> scatterAdd(TapeTensor<A> x, int dim, TapeTensor<A> index, TapeTensor<A> source) {
        A array = x.array("scatterAdd");
        A added = source.array("scatterAdd");
        Checks.sameType("scatterAdd", x, source);
        Checks.numeric("scatterAdd", x);
        int at = Checks.dim("scatterAdd", x.shape(), dim);
        A positions = positionsPerElement("scatterAdd", index, x.shape(), at);
        if (!source.shape().equals(index.shape())) {
            throw Checks.shapeMismatch(
                    "scatterAdd", "an index and a source of one shape", index.shape(), source.shape());
        }
        TapeBackend<A> tape = x.backend();
        Storage<A> result = tape.compute(
                "scatterAdd", () -> tape.kernels().scatterAdd(array, at, positions, added), x, index, source);
        return tape.record(
                "scatterAdd",
                result,
                Edge.to(x, (w, g) -> g),
                Edge.to(source, (w, g) -> w.gather(g, at, positions), index.storage()));
    }

    private static <A> A positions(String operation, TapeTensor<A> index, Shape shape, int dim) {
        A positions = index.array(operation);
        Checks.type(operation, DType.I64, index);
        if (index.rank() != 1) {
            throw Checks.shapeMismatch(operation, "an index of one dimension", index.shape());
        }
        checkRange(operation, index, positions, shape, dim);
        return positions;
    }

    private static <A> A positionsPerElement(String operation, TapeTensor<A> index, Shape shape, int dim) {
        A positions = index.array(operation);
        Checks.type(operation, DType.I64, index);
        boolean fits = index.rank() == shape.rank();
        for (int i = 0; fits && i < shape.rank(); i++) {
            fits = i == dim || index.size(i) <= shape.size(i);
        }
        if (!fits) {
            throw Checks.shapeMismatch(
                    operation,
                    "an index of the tensor's rank, not larger than it except along dimension " + dim,
                    shape,
                    index.shape());
        }
        checkRange(operation, index, positions, shape, dim);
        return positions;
    }

    private static <A> void checkRange(String operation, TapeTensor<A> index, A positions, Shape shape, int dim) {
        long size = shape.size(dim);
        for (long position : index.backend().kernels().toLongs(positions)) {
            if (position < 0 || position >= size) {
                throw Checks.shapeMismatch(
                        operation,
                        "indices from 0 to " + (size - 1) + " for dimension " + dim + " of " + shape,
                        position);
            }
        }
    }
}
