package dev.mneme.backend.nd4j;

import dev.mneme.tensor.Shape;

/** Steps, in elements, between neighbours along each dimension of a dense array. */
final class Strides {
    private Strides() {}

    static long[] dense(long[] sizes) {
        long[] strides = new long[sizes.length];
        long step = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= sizes[i];
        }
        return strides;
    }

    /** Strides of {@code shape} read as if it were expanded to {@code target}: 0 where it repeats. */
    static long[] broadcast(Shape shape, Shape target) {
        long[] own = dense(shape.toArray());
        long[] strides = new long[target.rank()];
        int added = target.rank() - shape.rank();
        for (int i = 0; i < own.length; i++) {
            strides[added + i] = shape.size(i) == 1 ? 0 : own[i];
        }
        return strides;
    }

    /** Product of the sizes before a dimension. */
    static long outer(Shape shape, int dim) {
        long product = 1;
        for (int i = 0; i < dim; i++) {
            product *= shape.size(i);
        }
        return product;
    }

    /** Product of the sizes after a dimension: the step along it. */
    static long inner(Shape shape, int dim) {
        long product = 1;
        for (int i = dim + 1; i < shape.rank(); i++) {
            product *= shape.size(i);
        }
        return product;
    }
}
