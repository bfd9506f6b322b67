package dev.mneme.backend.nd4j;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineInfo;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.tape.ArrayKernels;
import dev.mneme.tensor.tape.Binary;
import dev.mneme.tensor.tape.Unary;
import java.util.List;

/** The forward operations on libnd4j. */
final class Nd4jKernels implements ArrayKernels<Nd4jArray> {
    private final EngineInfo info;
    private final Libnd4j library;
    private final HostTransfer host;
    private final ElementKernels elements;
    private final LayoutKernels layout;
    private final ProductKernels products;
    private final ReductionKernels reductions;

    Nd4jKernels(Libnd4j library, EngineInfo info) {
        this.library = library;
        this.info = info;
        host = new HostTransfer(library);
        elements = new ElementKernels(library);
        layout = new LayoutKernels(library, elements);
        products = new ProductKernels(library, elements, layout);
        reductions = new ReductionKernels(library, elements, products);
    }

    @Override
    public EngineInfo info() {
        return info;
    }

    @Override
    public boolean supports(DType dtype) {
        return switch (dtype) {
            case F32, F64, I64, BOOL -> true;
            case BF16, F16 -> false;
        };
    }

    @Override
    public void close() {
        // The native library stays loaded; what it keeps is bounded by the number of different shapes.
    }

    // ---- arrays ----

    @Override
    public Shape shape(Nd4jArray x) {
        return x.shape();
    }

    @Override
    public DType dtype(Nd4jArray x) {
        return x.dtype();
    }

    @Override
    public long bytes(Nd4jArray x) {
        return x.view() ? 0 : x.bytes();
    }

    @Override
    public void release(Nd4jArray x) {
        library.release(x);
    }

    // ---- creation ----

    @Override
    public Nd4jArray full(Shape shape, double value, DType dtype) {
        return elements.full(shape, value, dtype);
    }

    @Override
    public Nd4jArray fromDoubles(double[] values, Shape shape, DType dtype) {
        return host.fromDoubles(values, shape, dtype);
    }

    @Override
    public Nd4jArray fromFloats(float[] values, Shape shape) {
        return host.fromFloats(values, shape);
    }

    @Override
    public Nd4jArray fromLongs(long[] values, Shape shape) {
        return host.fromLongs(values, shape);
    }

    @Override
    public Nd4jArray fromBooleans(boolean[] values, Shape shape) {
        return host.fromBooleans(values, shape);
    }

    @Override
    public Nd4jArray arange(long start, long end) {
        long[] values = new long[Math.toIntExact(end - start)];
        for (int i = 0; i < values.length; i++) {
            values[i] = start + i;
        }
        return host.fromLongs(values, Shape.of(values.length));
    }

    @Override
    public Nd4jArray uniform(Shape shape, DType dtype, long key) {
        return dtype == DType.F32
                ? host.fromFloats(RandomKernels.uniformFloats(shape, key), shape)
                : host.fromDoubles(RandomKernels.uniformDoubles(shape, key), shape, dtype);
    }

    @Override
    public Nd4jArray normal(Shape shape, DType dtype, long key) {
        return host.fromDoubles(RandomKernels.normalDoubles(shape, key), shape, dtype);
    }

    // ---- to the host ----

    @Override
    public double[] toDoubles(Nd4jArray x) {
        return host.toDoubles(x);
    }

    @Override
    public float[] toFloats(Nd4jArray x) {
        return host.toFloats(x);
    }

    @Override
    public long[] toLongs(Nd4jArray x) {
        return host.toLongs(x);
    }

    @Override
    public boolean[] toBooleans(Nd4jArray x) {
        return host.toBooleans(x);
    }

    // ---- element-wise ----

    @Override
    public Nd4jArray unary(Unary operation, Nd4jArray x) {
        return elements.unary(operation, x);
    }

    @Override
    public Nd4jArray pow(Nd4jArray x, double exponent) {
        return elements.pow(x, exponent);
    }

    @Override
    public Nd4jArray affine(Nd4jArray x, double factor, double summand) {
        return elements.affine(x, factor, summand);
    }

    @Override
    public Nd4jArray binary(Binary operation, Nd4jArray a, Nd4jArray b) {
        return elements.binary(operation, a, b);
    }

    @Override
    public Nd4jArray where(Nd4jArray condition, Nd4jArray ifTrue, Nd4jArray ifFalse) {
        return elements.where(condition, ifTrue, ifFalse);
    }

    @Override
    public Nd4jArray cast(Nd4jArray x, DType dtype) {
        return elements.cast(x, dtype);
    }

    // ---- reductions ----

    @Override
    public Nd4jArray sum(Nd4jArray x, boolean keepDim, int... dims) {
        return reductions.sum(x, keepDim, dims);
    }

    @Override
    public Nd4jArray max(Nd4jArray x, int dim, boolean keepDim) {
        return reductions.max(x, dim, keepDim);
    }

    @Override
    public Nd4jArray argmax(Nd4jArray x, int dim, boolean keepDim) {
        return reductions.argmax(x, dim, keepDim);
    }

    @Override
    public Nd4jArray cumsum(Nd4jArray x, int dim, boolean reverse) {
        return reductions.cumsum(x, dim, reverse);
    }

    @Override
    public Largest<Nd4jArray> topk(Nd4jArray x, int k, int dim) {
        return reductions.topk(x, k, dim);
    }

    // ---- shape ----

    @Override
    public Nd4jArray reshape(Nd4jArray x, Shape shape) {
        return library.reshaped(x, shape, true);
    }

    @Override
    public Nd4jArray permute(Nd4jArray x, int... dims) {
        return layout.permute(x, dims);
    }

    @Override
    public Nd4jArray expand(Nd4jArray x, Shape shape) {
        return layout.expand(x, shape);
    }

    @Override
    public Nd4jArray slice(Nd4jArray x, int dim, long start, long end) {
        return layout.slice(x, dim, start, end);
    }

    // ---- joining and indexing ----

    @Override
    public Nd4jArray concat(List<Nd4jArray> arrays, int dim) {
        return layout.concat(arrays, dim);
    }

    @Override
    public Nd4jArray indexSelect(Nd4jArray x, int dim, Nd4jArray index) {
        return layout.indexSelect(x, dim, index);
    }

    @Override
    public Nd4jArray indexAdd(Nd4jArray x, int dim, Nd4jArray index, Nd4jArray source) {
        return layout.indexAdd(x, dim, index, source);
    }

    @Override
    public Nd4jArray gather(Nd4jArray x, int dim, Nd4jArray index) {
        return layout.gather(x, dim, index);
    }

    @Override
    public Nd4jArray scatterAdd(Nd4jArray x, int dim, Nd4jArray index, Nd4jArray source) {
        return layout.scatterAdd(x, dim, index, source);
    }

    // ---- products ----

    @Override
    public Nd4jArray matmul(Nd4jArray a, boolean transposeA, Nd4jArray b, boolean transposeB) {
        return products.matmul(a, transposeA, b, transposeB);
    }

    // ---- in place ----

    @Override
    public void copyInto(Nd4jArray target, Nd4jArray source) {
        elements.copyInto(target, source);
    }

    // ---- composites; the library's log_softmax is log(softmax), -infinity in the tails ----

    @Override
    public Nd4jArray softmax(Nd4jArray x, int dim) {
        return elements.along("softmax", x, dim);
    }
}
