package dev.mneme.backend.nd4j;

import dev.mneme.tensor.Shape;

/** Matrix products. The library multiplies matrices and equally long lists of them. */
final class ProductKernels {
    private final Libnd4j library;
    private final ElementKernels elements;
    private final LayoutKernels layout;

    ProductKernels(Libnd4j library, ElementKernels elements, LayoutKernels layout) {
        this.library = library;
        this.elements = elements;
        this.layout = layout;
    }

    Nd4jArray matmul(Nd4jArray a, boolean transposeA, Nd4jArray b, boolean transposeB) {
        long rows = a.shape().size(transposeA ? -1 : -2);
        long depth = a.shape().size(transposeA ? -2 : -1);
        long columns = b.shape().size(transposeB ? -2 : -1);
        Shape listA = withoutMatrix(a.shape());
        Shape listB = withoutMatrix(b.shape());
        Shape list = listA.broadcast(listB);
        Shape shape = list.inserting(-1, rows).inserting(-1, columns);
        if (shape.elements() == 0 || depth == 0) {
            return elements.full(shape, 0, a.dtype());
        }
        if (listB.elements() == 1 && !transposeA) {
            Nd4jArray stacked = library.reshaped(a, Shape.of(a.length() / depth, depth), true);
            return library.reshaped(multiply(stacked, false, matrices(b, 1), transposeB), shape, false);
        }
        Nd4jArray left = expanded(a, listA, list);
        try {
            Nd4jArray right = expanded(b, listB, list);
            try {
                long count = list.elements();
                Nd4jArray product = multiply(matrices(left, count), transposeA, matrices(right, count), transposeB);
                return library.reshaped(product, shape, false);
            } finally {
                releaseCopy(right, b);
            }
        } finally {
            releaseCopy(left, a);
        }
    }

    private Nd4jArray multiply(Nd4jArray a, boolean transposeA, Nd4jArray b, boolean transposeB) {
        Shape shape = withoutMatrix(a.shape())
                .inserting(-1, a.shape().size(transposeA ? -1 : -2))
                .inserting(-1, b.shape().size(transposeB ? -2 : -1));
        long[] transpositions = {transposeA ? 1 : 0, transposeB ? 1 : 0};
        return elements.make(shape, a.dtype(), out -> library.custom("matmul", transpositions, out, a, b));
    }

    /** A list of {@code count} matrices, or the only one. */
    private Nd4jArray matrices(Nd4jArray x, long count) {
        long rows = x.shape().size(-2);
        long columns = x.shape().size(-1);
        return library.reshaped(x, count == 1 ? Shape.of(rows, columns) : Shape.of(count, rows, columns), true);
    }

    private Nd4jArray expanded(Nd4jArray x, Shape from, Shape to) {
        if (from.elements() == to.elements()) {
            return x;
        }
        return layout.expand(
                x, to.inserting(-1, x.shape().size(-2)).inserting(-1, x.shape().size(-1)));
    }

    private void releaseCopy(Nd4jArray x, Nd4jArray original) {
        if (x != original) {
            library.release(x);
        }
    }

    private static Shape withoutMatrix(Shape shape) {
        return shape.without(-1).without(-1);
    }
}
