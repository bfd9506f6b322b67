package dev.mneme.tensor.tape;

import dev.mneme.tensor.Shape;

/** Composite kernels in terms of primitive ones. */
final class CompositeKernels {
    private static final double ROOT_HALF = Math.sqrt(0.5);
    private static final double DENSITY_AT_0 = 1 / Math.sqrt(2 * Math.PI);

    private CompositeKernels() {}

    static <A> A softmax(ArrayKernels<A> kernels, A x, int dim) {
        try (Workspace<A> w = new Workspace<>(kernels)) {
            if (w.shape(x).size(dim) == 0) {
                return w.keep(w.affine(x, 1, 0));
            }
            A exponentials = w.exp(w.sub(x, w.max(x, dim)));
            return w.keep(w.div(exponentials, w.sum(exponentials, true, dim)));
        }
    }

    static <A> A softmaxGradient(ArrayKernels<A> kernels, A y, A gradient, int dim) {
        try (Workspace<A> w = new Workspace<>(kernels)) {
            A projection = w.sum(w.mul(gradient, y), true, dim);
            return w.keep(w.mul(y, w.sub(gradient, projection)));
        }
    }

    static <A> A logSoftmax(ArrayKernels<A> kernels, A x, int dim) {
        try (Workspace<A> w = new Workspace<>(kernels)) {
            if (w.shape(x).size(dim) == 0) {
                return w.keep(w.affine(x, 1, 0));
            }
            A shifted = w.sub(x, w.max(x, dim));
            A total = w.sum(w.exp(shifted), true, dim);
            return w.keep(w.sub(shifted, w.unary(Unary.LOG, total)));
        }
    }

    static <A> A logSoftmaxGradient(ArrayKernels<A> kernels, A y, A gradient, int dim) {
        try (Workspace<A> w = new Workspace<>(kernels)) {
            return w.keep(w.sub(gradient, w.mul(w.exp(y), w.sum(gradient, true, dim))));
        }
    }

    static <A> A gelu(ArrayKernels<A> kernels, A x) {
        try (Workspace<A> w = new Workspace<>(kernels)) {
            return w.keep(w.mul(x, normalDistribution(w, x)));
        }
    }

    static <A> A geluGradient(ArrayKernels<A> kernels, A x, A gradient) {
        try (Workspace<A> w = new Workspace<>(kernels)) {
            A density = w.affine(w.exp(w.affine(w.mul(x, x), -0.5, 0)), DENSITY_AT_0, 0);
            return w.keep(w.mul(gradient, w.add(normalDistribution(w, x), w.mul(x, density))));
        }
    }

    private static <A> A normalDistribution(Workspace<A> w, A x) {
        return w.affine(w.unary(Unary.ERF, w.affine(x, ROOT_HALF, 0)), 0.5, 0.5);
    }

    static <A> A standardize(ArrayKernels<A> kernels, A x, double epsilon) {
        try (Workspace<A> w = new Workspace<>(kernels)) {
            A centred = w.sub(x, meanOfRow(w, x));
            return w.keep(w.mul(centred, inverseDeviation(w, centred, epsilon)));
        }
    }

    static <A> A standardizeGradient(ArrayKernels<A> kernels, A x, A y, A gradient, double epsilon) {
        try (Workspace<A> w = new Workspace<>(kernels)) {
            A centred = w.sub(x, meanOfRow(w, x));
            A alongY = w.mul(y, meanOfRow(w, w.mul(gradient, y)));
            A tangent = w.sub(w.sub(gradient, meanOfRow(w, gradient)), alongY);
            return w.keep(w.mul(tangent, inverseDeviation(w, centred, epsilon)));
        }
    }

    private static <A> A meanOfRow(Workspace<A> w, A x) {
        Shape shape = w.shape(x);
        return w.affine(w.sum(x, true, shape.rank() - 1), 1.0 / shape.size(-1), 0);
    }

    private static <A> A inverseDeviation(Workspace<A> w, A centred, double epsilon) {
        return w.pow(w.affine(meanOfRow(w, w.mul(centred, centred)), 1, epsilon), -0.5);
    }
}
