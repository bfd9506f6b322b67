package dev.mneme.tensor.tape;

import dev.mneme.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operations that move elements without computing, and their derivatives. */
final class Shaping {
    private Shaping() {}

    static <A> TapeTensor<A> reshape(TapeTensor<A> x, long... sizes) {
        A array = x.array("reshape");
        Shape from = x.shape();
        Shape to = inferred(from, sizes);
        TapeBackend<A> tape = x.backend();
        Storage<A> result = tape.computeView("reshape", () -> tape.kernels().reshape(array, to), x);
        return tape.record("reshape", result, Edge.to(x, (w, g) -> w.reshape(g, from)));
    }

    private static Shape inferred(Shape from, long[] sizes) {
        int unknown = -1;
        long known = 1;
        boolean valid = true;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1 && unknown < 0) {
                unknown = i;
            } else {
                valid &= sizes[i] >= 0;
                known *= sizes[i];
            }
        }
        long[] resolved = sizes.clone();
        if (valid && unknown >= 0) {
            valid = known > 0 && from.elements() % known == 0;
            resolved[unknown] = valid ? from.elements() / known : 0;
        } else {
            valid &= known == from.elements();
        }
        if (!valid) {
            throw Checks.shapeMismatch(
                    "reshape",
                    "sizes that hold the " + from.elements() + " elements of " + from,
                    Arrays.toString(sizes));
        }
        return Shape.of(resolved);
    }

    static <A> TapeTensor<A> permute(TapeTensor<A> x, int... dims) {
        A array = x.array("permute");
        if (Checks.dims("permute", x.shape(), dims).length != x.rank()) {
            throw Checks.shapeMismatch("permute", "each dimension of " + x.shape() + " once", Arrays.toString(dims));
        }
        int[] order = new int[dims.length];
        int[] inverse = new int[dims.length];
        for (int i = 0; i < dims.length; i++) {
            order[i] = x.shape().dim(dims[i]);
            inverse[order[i]] = i;
        }
        TapeBackend<A> tape = x.backend();
        Storage<A> result = tape.computeView("permute", () -> tape.kernels().permute(array, order), x);
        return tape.record("permute", result, Edge.to(x, (w, g) -> w.permute(g, inverse)));
    }

    static <A> TapeTensor<A> expand(TapeTensor<A> x, Shape shape) {
        A array = x.array("expand");
        Shape from = x.shape();
        if (from.rank() > shape.rank()
                || !Checks.broadcast("expand", from, shape).equals(shape)) {
            throw Checks.shapeMismatch("expand", "a shape that " + from + " broadcasts to", shape);
        }
        TapeBackend<A> tape = x.backend();
        Storage<A> result = tape.computeView("expand", () -> tape.kernels().expand(array, shape), x);
        return tape.record("expand", result, Edge.to(x, (w, g) -> w.unbroadcast(g, from)));
    }

    static <A> TapeTensor<A> slice(TapeTensor<A> x, int dim, long start, long end) {
        A array = x.array("slice");
        Shape shape = x.shape();
        int at = Checks.dim("slice", shape, dim);
        long size = shape.size(at);
        long first = start < 0 ? start + size : start;
        long last = end < 0 ? end + size : end;
        if (first < 0 || last < first || last > size) {
            throw Checks.shapeMismatch(
                    "slice", "a range within 0.." + size + " of dimension " + at + " of " + shape, start + ".." + end);
        }
        TapeBackend<A> tape = x.backend();
        Storage<A> result = tape.computeView("slice", () -> tape.kernels().slice(array, at, first, last), x);
        Pullback<A> pullback = (w, g) -> {
            A before = w.zeros(shape.with(at, first), w.dtype(g));
            A after = w.zeros(shape.with(at, size - last), w.dtype(g));
            return w.concat(List.of(before, g, after), at);
        };
        return tape.record("slice", result, Edge.to(x, pullback));
    }

    static <A> TapeTensor<A> concat(TapeBackend<A> tape, List<TapeTensor<A>> parts, int dim) {
        if (parts.isEmpty()) {
            throw Checks.shapeMismatch("concat", "one tensor or more", "none");
        }
        TapeTensor<A> first = parts.get(0);
        List<A> arrays = parts.stream().map(part -> part.array("concat")).toList();
        int at = Checks.dim("concat", first.shape(), dim);
        List<Edge.Candidate<A>> edges = new ArrayList<>();
        long offset = 0;
        for (TapeTensor<A> part : parts) {
            Checks.sameType("concat", first, part);
            if (part.rank() != first.rank()
                    || !part.shape().with(at, 0).equals(first.shape().with(at, 0))) {
                throw Checks.shapeMismatch(
                        "concat", "shapes that differ in dimension " + at + " only", first.shape(), part.shape());
            }
            long start = offset;
            long end = offset + part.size(at);
            edges.add(Edge.to(part, (w, g) -> w.slice(g, at, start, end)));
            offset = end;
        }
        Storage<A> result = tape.compute("concat", () -> tape.kernels().concat(arrays, at), first);
        return tape.record("concat", result, edges);
    }
}
