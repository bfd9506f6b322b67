package dev.mneme.tensor.tape;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TopK;
import java.util.stream.IntStream;

/** Reductions and scans, and their derivatives. */
final class Reductions {
    private Reductions() {}

    static <A> TapeTensor<A> sum(TapeTensor<A> x, boolean keepDim, int... dims) {
        A array = x.array("sum");
        TapeBackend<A> tape = x.backend();
        if (x.rank() == 0) {
            Checks.dims("sum", x.shape(), dims);
            return x.dtype() == DType.BOOL ? Elementwise.cast(x, DType.I64) : tape.another(x);
        }
        int[] reduced = dims.length == 0 ? IntStream.range(0, x.rank()).toArray() : Checks.dims("sum", x.shape(), dims);
        Storage<A> result = tape.compute("sum", () -> tape.kernels().sum(array, keepDim, reduced), x);
        Shape shape = x.shape();
        Shape kept = kept(shape, reduced);
        return tape.record("sum", result, Edge.to(x, (w, g) -> w.expand(w.reshape(g, kept), shape)));
    }

    static <A> TapeTensor<A> max(TapeTensor<A> operand, int dim, boolean keepDim) {
        A x = operand.array("max");
        Checks.numeric("max", operand);
        int at = Checks.dim("max", operand.shape(), dim);
        Checks.notEmpty("max", operand.shape(), at);
        TapeBackend<A> tape = operand.backend();
        Storage<A> result = tape.compute("max", () -> tape.kernels().max(x, at, keepDim), operand);
        Shape kept = kept(operand.shape(), at);
        A y = result.array;
        Pullback<A> pullback = (w, g) -> {
            A winners = w.cast(w.binary(Binary.EQ, x, w.reshape(y, kept)), w.dtype(x));
            A share = w.div(w.reshape(g, kept), w.sum(winners, true, at));
            return w.mul(winners, share);
        };
        return tape.record("max", result, Edge.to(operand, pullback, operand.storage(), result));
    }

    static <A> TapeTensor<A> argmax(TapeTensor<A> x, int dim, boolean keepDim) {
        A array = x.array("argmax");
        Checks.numeric("argmax", x);
        int at = Checks.dim("argmax", x.shape(), dim);
        Checks.notEmpty("argmax", x.shape(), at);
        TapeBackend<A> tape = x.backend();
        return tape.record("argmax", tape.compute("argmax", () -> tape.kernels().argmax(array, at, keepDim), x));
    }

    static <A> TapeTensor<A> cumsum(TapeTensor<A> x, int dim) {
        A array = x.array("cumsum");
        Checks.numeric("cumsum", x);
        int at = Checks.dim("cumsum", x.shape(), dim);
        TapeBackend<A> tape = x.backend();
        Storage<A> result = tape.compute("cumsum", () -> tape.kernels().cumsum(array, at, false), x);
        return tape.record("cumsum", result, Edge.to(x, (w, g) -> w.cumsum(g, at, true)));
    }

    static <A> TopK topk(TapeTensor<A> x, int k, int dim) {
        A array = x.array("topk");
        Checks.numeric("topk", x);
        int at = Checks.dim("topk", x.shape(), dim);
        if (k < 0 || k > x.size(at)) {
            throw Checks.shapeMismatch(
                    "topk", "a count from 0 to " + x.size(at) + " for dimension " + at + " of " + x.shape(), k);
        }
        TapeBackend<A> tape = x.backend();
        ArrayKernels.Largest<A> largest =
                tape.guard("topk", () -> tape.kernels().topk(array, k, at), x);
        Storage<A> values = tape.own(largest.values());
        Storage<A> indices = tape.own(largest.indices());
        Shape shape = x.shape();
        Pullback<A> pullback = (w, g) -> w.scatterAdd(w.zeros(shape, w.dtype(g)), at, indices.array, g);
        return new TopK(tape.record("topk", values, Edge.to(x, pullback, indices)), tape.record("topk", indices));
    }

    private static Shape kept(Shape shape, int... dims) {
        Shape kept = shape;
        for (int dim : dims) {
            kept = kept.with(dim, 1);
        }
        return kept;
    }
}
