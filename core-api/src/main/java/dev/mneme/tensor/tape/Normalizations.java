package dev.mneme.tensor.tape;

/** Composite operations with one node of their own instead of one for each step. */
final class Normalizations {
    private Normalizations() {}

    static <A> TapeTensor<A> softmax(TapeTensor<A> x, int dim) {
        A array = x.array("softmax");
        Checks.floating("softmax", x);
        int at = Checks.dim("softmax", x.shape(), dim);
        TapeBackend<A> tape = x.backend();
        ArrayKernels<A> kernels = tape.kernels();
        Storage<A> y = tape.compute("softmax", () -> kernels.softmax(array, at), x);
        return tape.record("softmax", y, Edge.to(x, (w, g) -> w.owned(kernels.softmaxGradient(y.array, g, at)), y));
    }

    static <A> TapeTensor<A> logSoftmax(TapeTensor<A> x, int dim) {
        A array = x.array("logSoftmax");
        Checks.floating("logSoftmax", x);
        int at = Checks.dim("logSoftmax", x.shape(), dim);
        TapeBackend<A> tape = x.backend();
        ArrayKernels<A> kernels = tape.kernels();
        Storage<A> y = tape.compute("logSoftmax", () -> kernels.logSoftmax(array, at), x);
        return tape.record(
                "logSoftmax", y, Edge.to(x, (w, g) -> w.owned(kernels.logSoftmaxGradient(y.array, g, at)), y));
    }

    static <A> TapeTensor<A> gelu(TapeTensor<A> x) {
        A array = x.array("gelu");
        Checks.floating("gelu", x);
        TapeBackend<A> tape = x.backend();
        ArrayKernels<A> kernels = tape.kernels();
        Storage<A> y = tape.compute("gelu", () -> kernels.gelu(array), x);
        return tape.record("gelu", y, Edge.to(x, (w, g) -> w.owned(kernels.geluGradient(array, g)), x.storage()));
    }

    static <A> TapeTensor<A> standardize(TapeTensor<A> x, double epsilon) {
        A array = x.array("layerNorm");
        Checks.floating("layerNorm", x);
        Checks.dim("layerNorm", x.shape(), -1);
        TapeBackend<A> tape = x.backend();
        ArrayKernels<A> kernels = tape.kernels();
        Storage<A> y = tape.compute("layerNorm", () -> kernels.standardize(array, epsilon), x);
        Pullback<A> pullback = (w, g) -> w.owned(kernels.standardizeGradient(array, y.array, g, epsilon));
        return tape.record("layerNorm", y, Edge.to(x, pullback, x.storage(), y));
    }
}
