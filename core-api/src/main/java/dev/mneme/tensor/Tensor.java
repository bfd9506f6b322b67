package dev.mneme.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An immutable n-dimensional array that lives in an engine's memory.
 *
 * <p><b>Ownership.</b> Every result is a new handle owned by the innermost open {@link TensorScope} of the calling
 * thread, or by the caller if none is open. Handles may share storage; closing one never invalidates another.
 *
 * <p><b>Gradients</b> flow through all floating-point operations unless a method says otherwise; see
 * {@link TensorBackend#gradients}.
 *
 * <p><b>Errors.</b> Shapes that do not fit, wrong element types and closed tensors raise
 * {@link dev.mneme.error.MnemeException} with {@code SHAPE_MISMATCH}, {@code DTYPE_MISMATCH} or {@code TENSOR_CLOSED},
 * naming operation and shapes. Both operands of a binary operation have the same element type.
 *
 * <p>Methods in the first part are primitives that every engine implements. Those in the second part have default
 * implementations in terms of primitives; an engine overrides them to be fast. Either way a composite leaves one new
 * handle: what it made on the way is closed when it returns.
 */
public interface Tensor extends AutoCloseable {

    // ---- identity ----

    Shape shape();

    DType dtype();

    TensorBackend backend();

    /** Whether this handle may still be used. */
    boolean isOpen();

    /** Releases this handle; a second call does nothing. */
    @Override
    void close();

    /**
     * Takes this handle out of its scope: from now on whoever asked closes it. For what outlives a step: parameters,
     * carried state, caches.
     *
     * @return this
     */
    Tensor unscoped();

    // ---- element-wise primitives ----

    Tensor neg();

    Tensor exp();

    /** Natural logarithm. */
    Tensor log();

    Tensor sqrt();

    Tensor sin();

    Tensor cos();

    Tensor tanh();

    Tensor sigmoid();

    /** Gauss error function. */
    Tensor erf();

    Tensor relu();

    Tensor abs();

    /** This to a constant power. */
    Tensor pow(double exponent);

    Tensor add(double value);

    Tensor mul(double value);

    Tensor add(Tensor other);

    Tensor sub(Tensor other);

    Tensor mul(Tensor other);

    Tensor div(Tensor other);

    /** Element-wise larger value; where both are equal each gets half the gradient. */
    Tensor maximum(Tensor other);

    /** Element-wise smaller value; where both are equal each gets half the gradient. */
    Tensor minimum(Tensor other);

    // ---- comparisons and logic: BOOL results, no gradient ----

    Tensor eq(Tensor other);

    Tensor lt(Tensor other);

    Tensor le(Tensor other);

    Tensor logicalAnd(Tensor other);

    Tensor logicalOr(Tensor other);

    Tensor logicalNot();

    /** Chooses element by element; this is the {@link DType#BOOL} condition; all three are broadcast together. */
    Tensor where(Tensor ifTrue, Tensor ifFalse);

    // ---- reductions ----

    /** Sum over the given dimensions; over all of them when none is given. BOOL and I64 give I64. */
    Tensor sum(boolean keepDim, int... dims);

    /** Largest element along one dimension; equal maxima share the gradient evenly. */
    Tensor max(int dim, boolean keepDim);

    /** Position of the largest element along one dimension, I64; the lowest position among equals. No gradient. */
    Tensor argmax(int dim, boolean keepDim);

    /** Running sum along one dimension. */
    Tensor cumsum(int dim);

    /** The {@code k} largest elements along one dimension, descending; the order among equals is the engine's. */
    TopK topk(int k, int dim);

    // ---- shape ----

    /** Same elements, other shape; at most one size may be -1 and is inferred. */
    Tensor reshape(long... sizes);

    /** Dimensions in another order. */
    Tensor permute(int... dims);

    /** Repeats size-1 dimensions, and adds leading ones, without copying. */
    Tensor expand(Shape shape);

    /** Elements {@code start} (inclusive) to {@code end} (exclusive) of one dimension; negative counts from the end. */
    Tensor slice(int dim, long start, long end);

    // ---- indexing ----

    /** Slices of one dimension picked by a 1-D I64 tensor. */
    Tensor indexSelect(int dim, Tensor index);

    /** This plus the slices of {@code source} added at the positions of the 1-D I64 {@code index}; repeats add up. */
    Tensor indexAdd(int dim, Tensor index, Tensor source);

    /** {@code out[.., i, ..] = this[.., index[.., i, ..], ..]}; same rank, index sizes at most this one's elsewhere. */
    Tensor gather(int dim, Tensor index);

    /** This plus {@code source} added at the positions {@code index} names along one dimension; repeats add up. */
    Tensor scatterAdd(int dim, Tensor index, Tensor source);

    // ---- products ----

    /** Matrix product of the last two dimensions with broadcast leading ones; both operands have rank 2 or more. */
    Tensor matmul(Tensor other);

    // ---- conversion and graph ----

    /** This with another element type; gradient flows between floating types. Same type gives another handle. */
    Tensor to(DType dtype);

    /** Same values, cut off from the graph. */
    Tensor detach();

    /** Same values as a fresh leaf whose gradient can be asked for. Shares storage with this. */
    Tensor variable();

    /** Whether a gradient can reach this tensor from a result computed now. */
    boolean requiresGradient();

    /**
     * Overwrites the values in place. The only operation that changes a tensor; for parameters and optimizer state,
     * outside of any graph.
     */
    void assign(Tensor source);

    // ---- to the host: copies in row-major order ----

    /** Any numeric type as doubles. */
    double[] toDoubles();

    /** F32, BF16 or F16 as floats. */
    float[] toFloats();

    /** I64 only. */
    long[] toLongs();

    /** BOOL only. */
    boolean[] toBooleans();

    // ================= composites =================

    default int rank() {
        return shape().rank();
    }

    /** Size of a dimension; negative counts from the end. */
    default long size(int dim) {
        return shape().size(dim);
    }

    /** The only element of a one-element tensor. */
    default double item() {
        double[] values = toDoubles();
        if (values.length != 1) {
            throw Composites.shapeMismatch("item", "a tensor of one element", shape());
        }
        return values[0];
    }

    default Tensor sub(double value) {
        return add(-value);
    }

    /** This divided by a constant, computed as a product with its reciprocal. */
    default Tensor div(double value) {
        return mul(1 / value);
    }

    default Tensor square() {
        return mul(this);
    }

    default Tensor rsqrt() {
        return pow(-0.5);
    }

    default Tensor reciprocal() {
        return pow(-1);
    }

    /** Values forced into {@code [low, high]}; no gradient outside. */
    default Tensor clamp(double low, double high) {
        return Composites.clamp(this, low, high);
    }

    default Tensor gt(Tensor other) {
        return other.lt(this);
    }

    default Tensor ge(Tensor other) {
        return other.le(this);
    }

    default Tensor ne(Tensor other) {
        return Composites.ne(this, other);
    }

    default Tensor eq(double value) {
        return Composites.withConstant(this, value, Tensor::eq);
    }

    default Tensor lt(double value) {
        return Composites.withConstant(this, value, Tensor::lt);
    }

    default Tensor gt(double value) {
        return Composites.withConstant(this, value, Tensor::gt);
    }

    /** {@code value} where the BOOL mask (broadcastable to this) is true, this elsewhere. */
    default Tensor maskedFill(Tensor mask, double value) {
        return Composites.withConstant(this, value, (x, constant) -> mask.where(constant, x));
    }

    /** Sum of all elements: a scalar. */
    default Tensor sum() {
        return sum(false);
    }

    default Tensor mean() {
        return mean(false);
    }

    /** Mean over the given dimensions; over all of them when none is given. */
    default Tensor mean(boolean keepDim, int... dims) {
        return Composites.mean(this, keepDim, dims);
    }

    /** Biased variance (divided by n) over the given dimensions. */
    default Tensor variance(boolean keepDim, int... dims) {
        return Composites.variance(this, keepDim, dims);
    }

    default Tensor min(int dim, boolean keepDim) {
        return Composites.min(this, dim, keepDim);
    }

    /** All elements along one dimension in descending order, with where they came from. */
    default TopK sortDescending(int dim) {
        return topk(Math.toIntExact(size(dim)), dim);
    }

    /** Swaps two dimensions. */
    default Tensor transpose(int a, int b) {
        return Composites.transpose(this, a, b);
    }

    default Tensor unsqueeze(int dim) {
        return reshape(shape().inserting(dim, 1).toArray());
    }

    /** Removes a dimension of size 1. */
    default Tensor squeeze(int dim) {
        return Composites.squeeze(this, dim);
    }

    /** One position of a dimension, which disappears; negative counts from the end. */
    default Tensor select(int dim, long index) {
        return Composites.select(this, dim, index);
    }

    /**
     * A dimension in equal parts, in order, without copying. Where all are used, an engine can join their gradients by one
     * copy, which it cannot for slices.
     *
     * @throws dev.mneme.error.MnemeException ({@code SHAPE_MISMATCH}) if the size is no multiple of {@code parts}
     */
    default List<Tensor> split(int dim, int parts) {
        return Composites.split(this, dim, parts);
    }

    /** Elements along one dimension in reverse order. */
    default Tensor flip(int dim) {
        return Composites.flip(this, dim);
    }

    /** {@code x Wᵀ + b} over the last dimension; {@code weight} is (out, in), {@code bias} (out) or null. */
    default Tensor linear(Tensor weight, @Nullable Tensor bias) {
        return Composites.linear(this, weight, bias);
    }

    default Tensor softmax(int dim) {
        return Composites.softmax(this, dim);
    }

    default Tensor logSoftmax(int dim) {
        return Composites.logSoftmax(this, dim);
    }

    default Tensor logSumExp(int dim, boolean keepDim) {
        return Composites.logSumExp(this, dim, keepDim);
    }

    /** Exact (erf) Gaussian error linear unit. */
    default Tensor gelu() {
        return Composites.gelu(this);
    }

    /** {@code x * sigmoid(x)}. */
    default Tensor silu() {
        return Composites.silu(this);
    }

    /** {@code log(1 + exp(x))} without overflow. */
    default Tensor softplus() {
        return Composites.softplus(this);
    }

    /** Normalises the last dimension to mean 0 and biased variance 1, then scales and shifts; (dim) or null each. */
    default Tensor layerNorm(@Nullable Tensor gain, @Nullable Tensor bias, double epsilon) {
        return Composites.layerNorm(this, gain, bias, epsilon);
    }

    /** Divides by the root mean square of the last dimension, then scales by gain (dim). */
    default Tensor rmsNorm(@Nullable Tensor gain, double epsilon) {
        return Composites.rmsNorm(this, gain, epsilon);
    }

    /** Rows of this table (rows, dim) for ids of any shape: (..., dim). */
    default Tensor embedding(Tensor ids) {
        return Composites.embedding(this, ids);
    }

    /** 1 at the id, 0 elsewhere: (..., classes) of the given floating type. This is I64. */
    default Tensor oneHot(long classes, DType dtype) {
        return Composites.oneHot(this, classes, dtype);
    }

    /**
     * Attention output of queries (batch, heads, length, headDim) over keys (batch, heads, keys, headDim) and values
     * (batch, heads, keys, valueDim): (batch, heads, length, valueDim). A query that may attend to no key gets zeros.
     */
    default Tensor attention(Tensor key, Tensor value, Attention attention) {
        return Composites.attention(this, key, value, attention);
    }

    /** The attention weights of queries over keys: (batch, heads, length, keys), without dropout. */
    default Tensor attentionWeights(Tensor key, Attention attention) {
        return Composites.attentionWeights(this, key, attention);
    }

    /**
     * Mean cross entropy of logits (rows, classes) against targets (rows), I64: a scalar. Rows with a negative target
     * do not count; with no row left the loss is 0. Smoothing takes that share of the probability from the target and
     * spreads it over all classes.
     */
    default Tensor crossEntropy(Tensor targets, double labelSmoothing) {
        return Composites.crossEntropy(this, targets, labelSmoothing);
    }

    /** Zeroes each element with this probability and scales the rest by 1 / (1 - p); the key fixes which. */
    default Tensor dropout(double probability, long key) {
        return Composites.dropout(this, probability, key);
    }
}
