package dev.mneme.tensor.tape;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineInfo;
import dev.mneme.tensor.Shape;
import java.util.List;

/**
 * The forward operations of an engine on its own array type. {@link TapeBackend} makes a full
 * {@link dev.mneme.tensor.TensorBackend} of them.
 *
 * <p><b>Arguments are checked.</b> The tape calls a kernel only with arrays that are live, of this engine, and of the
 * shapes and element types its Javadoc names; dimensions are non-negative and in range, ranges are resolved, sizes of
 * -1 are inferred, index values are within bounds. Kernels check nothing. Arrays have any rank from 0 and any size from
 * 0: an empty array is an ordinary value.
 *
 * <p><b>Element types.</b> F32, F64, I64 and BOOL, and the others as far as {@link #supports} says so. Every result has
 * the element type of the array arguments unless the method says otherwise.
 *
 * <p><b>Ownership.</b> Arguments stay the caller's and are never changed, except the target of {@link #copyInto}. Every
 * result is a new array with its own buffer; the caller gives it back with {@link #release}, exactly once. Only
 * {@link #reshape}, {@link #permute}, {@link #expand} and {@link #slice} may instead return a view that shares its
 * argument's buffer, or the argument itself: the tape releases a view before the array it was made from, and an array
 * that was returned as its own view once only. A kernel that fails releases what it made.
 *
 * <p><b>Threads.</b> Kernels run on several threads at once; an array may be read by several, and is written by
 * {@code copyInto} while nobody else uses it.
 *
 * @param <A> the engine's array: shape, element type and a reference to native memory
 */
public interface ArrayKernels<A> extends AutoCloseable {

    EngineInfo info();

    /** As {@link dev.mneme.tensor.TensorBackend#supports}. */
    boolean supports(DType dtype);

    /** Releases what the engine itself holds; all arrays were released before. */
    @Override
    void close();

    // ---- arrays ----

    Shape shape(A x);

    DType dtype(A x);

    /** Size in bytes of the buffer that {@link #release} gives back: 0 for a view. */
    long bytes(A x);

    /** Frees the array's buffer at once; for a view, only the view. */
    void release(A x);

    // ---- creation ----

    /** All elements {@code value}: rounded to the floating type, truncated to I64, "is not 0" for BOOL. */
    A full(Shape shape, double value, DType dtype);

    /** Copies row-major values to an array of this floating type. */
    A fromDoubles(double[] values, Shape shape, DType dtype);

    /** Copies row-major values to an F32 array. */
    A fromFloats(float[] values, Shape shape);

    /** Copies row-major values to an I64 array. */
    A fromLongs(long[] values, Shape shape);

    /** Copies row-major values to a BOOL array. */
    A fromBooleans(boolean[] values, Shape shape);

    /** {@code start, start + 1, .., end - 1} as I64, shape (end - start). */
    A arange(long start, long end);

    /** Uniform in [0, 1): a function of shape, type and key alone. */
    A uniform(Shape shape, DType dtype, long key);

    /** Standard normal: a function of shape, type and key alone. */
    A normal(Shape shape, DType dtype, long key);

    // ---- to the host: copies in row-major order ----

    /** Elements of a floating or I64 array. */
    double[] toDoubles(A x);

    /** Elements of an F32, BF16 or F16 array. */
    float[] toFloats(A x);

    /** Elements of an I64 array. */
    long[] toLongs(A x);

    /** Elements of a BOOL array. */
    boolean[] toBooleans(A x);

    // ---- element-wise ----

    A unary(Unary operation, A x);

    /** {@code x ^ exponent}; floating types. */
    A pow(A x, double exponent);

    /** {@code x * factor + summand}; floating types, or I64 with whole numbers. */
    A affine(A x, double factor, double summand);

    /** Shapes are broadcast together. */
    A binary(Binary operation, A a, A b);

    /** Chooses element by element; the condition is BOOL, the others of one, any, type; all three are broadcast. */
    A where(A condition, A ifTrue, A ifFalse);

    /** The same elements in another type: floating to I64 truncates, anything to BOOL is "is not 0", BOOL gives 0, 1. */
    A cast(A x, DType dtype);

    // ---- reductions ----

    /** Sum over distinct ascending dimensions, at least one; BOOL and I64 give I64, an empty sum is 0. */
    A sum(A x, boolean keepDim, int... dims);

    /** Largest element along a dimension of size 1 or more; floating types and I64. */
    A max(A x, int dim, boolean keepDim);

    /** Position of the largest element along a dimension of size 1 or more, the lowest among equals; I64. */
    A argmax(A x, int dim, boolean keepDim);

    /** Running sum along a dimension, from its end to its start if {@code reverse}; floating types and I64. */
    A cumsum(A x, int dim, boolean reverse);

    /** The {@code k} largest elements along a dimension in descending order; floating types and I64. */
    Largest<A> topk(A x, int k, int dim);

    /**
     * What {@link #topk} found.
     *
     * @param values the elements
     * @param indices their positions, I64, same shape
     */
    record Largest<A>(A values, A indices) {}

    // ---- shape: results may be views ----

    /** The same elements in row-major order; the element counts agree. */
    A reshape(A x, Shape shape);

    /** Result dimension {@code i} is dimension {@code dims[i]} of {@code x}. */
    A permute(A x, int... dims);

    /** Broadcasts to a shape that {@code x} can be broadcast to; may add leading dimensions. */
    A expand(A x, Shape shape);

    /** Positions {@code start} to {@code end - 1} of a dimension. */
    A slice(A x, int dim, long start, long end);

    // ---- joining and indexing ----

    /** Joins one or more arrays that differ at most in size along {@code dim}. */
    A concat(List<A> arrays, int dim);

    /** Slices of a dimension at the positions of the 1-D I64 {@code index}. */
    A indexSelect(A x, int dim, A index);

    /** A copy of {@code x} plus the slices of {@code source} at the positions of 1-D {@code index}; repeats add up. */
    A indexAdd(A x, int dim, A index, A source);

    /**
     * {@code out[.., i, ..] = x[.., index[.., i, ..], ..]}: I64 index of the same rank, its sizes at most those of x
     * in other dimensions than {@code dim}.
     */
    A gather(A x, int dim, A index);

    /**
     * A copy of {@code x} plus {@code out[.., index[.., i, ..], ..] += source[.., i, ..]}; repeats add up. The index is
     * as for {@link #gather}; the source has its shape.
     */
    A scatterAdd(A x, int dim, A index, A source);

    // ---- products ----

    /**
     * Product of the last two dimensions, of ranks 2 and more, with broadcast leading dimensions; floating types.
     *
     * @param transposeA whether the last two dimensions of {@code a} are taken in exchanged order
     * @param transposeB likewise for {@code b}
     */
    A matmul(A a, boolean transposeA, A b, boolean transposeB);

    // ---- in place ----

    /** Overwrites the elements of {@code target} by those of {@code source}; same shape and type, buffers may overlap. */
    void copyInto(A target, A source);

    // ================= composites, with gradients; overridden for speed =================

    /** {@code exp(x) / sum(exp(x))} along a dimension, without overflow; floating types. */
    default A softmax(A x, int dim) {
        return CompositeKernels.softmax(this, x, dim);
    }

    /** {@code y * (g - sum(g * y))}: the gradient of {@link #softmax} for its result {@code y}. */
    default A softmaxGradient(A y, A gradient, int dim) {
        return CompositeKernels.softmaxGradient(this, y, gradient, dim);
    }

    /** Logarithm of {@link #softmax}, accurate where it is small. */
    default A logSoftmax(A x, int dim) {
        return CompositeKernels.logSoftmax(this, x, dim);
    }

    /** {@code g - exp(y) * sum(g)}: the gradient of {@link #logSoftmax} for its result {@code y}. */
    default A logSoftmaxGradient(A y, A gradient, int dim) {
        return CompositeKernels.logSoftmaxGradient(this, y, gradient, dim);
    }

    /** {@code x * Phi(x)}, exact Gaussian error linear unit; floating types. */
    default A gelu(A x) {
        return CompositeKernels.gelu(this, x);
    }

    /** {@code g * (Phi(x) + x * phi(x))}. */
    default A geluGradient(A x, A gradient) {
        return CompositeKernels.geluGradient(this, x, gradient);
    }

    /** Brings the last dimension to mean 0 and biased variance 1: {@code (x - mean) / sqrt(variance + epsilon)}. */
    default A standardize(A x, double epsilon) {
        return CompositeKernels.standardize(this, x, epsilon);
    }

    /** {@code (g - mean(g) - y * mean(g * y)) / sqrt(variance(x) + epsilon)} for the result y of standardize. */
    default A standardizeGradient(A x, A y, A gradient, double epsilon) {
        return CompositeKernels.standardizeGradient(this, x, y, gradient, epsilon);
    }
}
