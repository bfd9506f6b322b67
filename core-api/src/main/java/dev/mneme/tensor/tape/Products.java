package dev.mneme.tensor.tape;

import dev.mneme.tensor.Shape;

/** Matrix products and their derivatives. */
final class Products {
    private Products() {}

    static <A> TapeTensor<A> matmul(TapeTensor<A> a, TapeTensor<A> b) {
        A first = a.array("matmul");
        A second = b.array("matmul");
        Checks.sameType("matmul", a, b);
        Checks.floating("matmul", a);
        if (a.rank() < 2 || b.rank() < 2 || a.size(-1) != b.size(-2) || !haveCommonBatch(a.shape(), b.shape())) {
            throw Checks.shapeMismatch(
                    "matmul",
                    "shapes (.., n, m) and (.., m, p) whose leading dimensions broadcast together",
                    a.shape(),
                    b.shape());
        }
        TapeBackend<A> tape = a.backend();
        if (a.rank() > 2 && b.rank() == 2) {
            return byMatrix("matmul", a, b, false);
        }
        Storage<A> result = tape.compute("matmul", () -> tape.kernels().matmul(first, false, second, false), a, b);
        return tape.record(
                "matmul",
                result,
                Edge.to(a, (w, g) -> w.unbroadcast(w.matmul(g, false, second, true), a.shape()), b.storage()),
                Edge.to(b, (w, g) -> w.unbroadcast(w.matmul(first, true, g, false), b.shape()), a.storage()));
    }

    /** {@code x W^T}. */
    static <A> TapeTensor<A> byWeight(TapeTensor<A> x, TapeTensor<A> weight) {
        x.array("linear");
        weight.array("linear");
        Checks.sameType("linear", x, weight);
        Checks.floating("linear", x);
        if (weight.rank() != 2 || x.rank() < 1 || x.size(-1) != weight.size(1)) {
            throw Checks.shapeMismatch("linear", "an input (.., in) and a weight (out, in)", x.shape(), weight.shape());
        }
        return byMatrix("linear", x, weight, true);
    }

    /** All rows of x times one matrix, as a single product: the gradient of the matrix needs no sum over a batch. */
    private static <A> TapeTensor<A> byMatrix(String name, TapeTensor<A> x, TapeTensor<A> matrix, boolean transposed) {
        TapeBackend<A> tape = x.backend();
        A input = x.storage().array;
        A factor = matrix.storage().array;
        Shape shape = x.shape();
        long width = matrix.size(transposed ? 0 : 1);
        long rows = shape.without(-1).elements();
        Shape inputRows = Shape.of(rows, shape.size(-1));
        Shape resultRows = Shape.of(rows, width);
        Storage<A> product = tape.compute(
                name,
                () -> {
                    try (Workspace<A> w = tape.workspace()) {
                        return w.keep(w.matmul(w.reshape(input, inputRows), false, factor, transposed));
                    }
                },
                x,
                matrix);
        Storage<A> result = tape.reshaped(product, shape.with(-1, width));
        return tape.record(
                name,
                result,
                Edge.to(
                        x,
                        (w, g) -> w.reshape(w.matmul(w.reshape(g, resultRows), false, factor, !transposed), shape),
                        matrix.storage()),
                Edge.to(
                        matrix,
                        (w, g) -> {
                            A left = w.reshape(input, inputRows);
                            A right = w.reshape(g, resultRows);
                            return transposed ? w.matmul(right, true, left, false) : w.matmul(left, true, right, false);
                        },
                        x.storage()));
    }

    private static boolean haveCommonBatch(Shape a, Shape b) {
        return Checks.areBroadcastable(a.without(-1).without(-1), b.without(-1).without(-1));
    }
}
