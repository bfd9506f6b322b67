package dev.mneme.tensor;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The sizes of a tensor's dimensions, outermost first; the empty shape is a scalar's. Immutable. */
public final class Shape {
    private static final Shape SCALAR = new Shape(new long[0]);

    private final long[] sizes;

    private Shape(long[] sizes) {
        this.sizes = sizes;
    }

    /**
     * A shape of these sizes.
     *
     * @throws MnemeException ({@link ErrorCode#SHAPE_MISMATCH}) if a size is negative
     */
    public static Shape of(long... sizes) {
        for (long size : sizes) {
            if (size < 0) {
                throw new MnemeException(
                        ErrorCode.SHAPE_MISMATCH, "a dimension must not be negative, got " + Arrays.toString(sizes));
            }
        }
        return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
    }

    public static Shape scalar() {
        return SCALAR;
    }

    public int rank() {
        return sizes.length;
    }

    /** Size of a dimension; negative counts from the end. */
    public long size(int dim) {
        return sizes[dim(dim)];
    }

    /**
     * The non-negative index of a dimension given as in NumPy (-1 is the last).
     *
     * @throws MnemeException ({@link ErrorCode#SHAPE_MISMATCH}) if there is no such dimension
     */
    public int dim(int dim) {
        int resolved = dim < 0 ? dim + sizes.length : dim;
        if (resolved < 0 || resolved >= sizes.length) {
            throw new MnemeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "dimension " + dim + " of shape " + this + ": expected " + -sizes.length + ".."
                            + (sizes.length - 1));
        }
        return resolved;
    }

    public long elements() {
        long product = 1;
        for (long size : sizes) {
            product *= size;
        }
        return product;
    }

    /** A copy of the sizes. */
    public long[] toArray() {
        return sizes.clone();
    }

    /** This shape with one dimension's size replaced. */
    public Shape with(int dim, long size) {
        long[] copy = sizes.clone();
        copy[dim(dim)] = size;
        return of(copy);
    }

    /** This shape without one dimension. */
    public Shape without(int dim) {
        int removed = dim(dim);
        long[] rest = new long[sizes.length - 1];
        for (int i = 0, j = 0; i < sizes.length; i++) {
            if (i != removed) {
                rest[j++] = sizes[i];
            }
        }
        return of(rest);
    }

    /** This shape with {@code size} inserted so that it becomes dimension {@code dim}; -1 appends. */
    public Shape inserting(int dim, long size) {
        int at = dim < 0 ? dim + sizes.length + 1 : dim;
        if (at < 0 || at > sizes.length) {
            throw new MnemeException(ErrorCode.SHAPE_MISMATCH, "cannot insert dimension " + dim + " into " + this);
        }
        long[] grown = new long[sizes.length + 1];
        System.arraycopy(sizes, 0, grown, 0, at);
        grown[at] = size;
        System.arraycopy(sizes, at, grown, at + 1, sizes.length - at);
        return of(grown);
    }

    /**
     * The shape two tensors take together under NumPy broadcasting.
     *
     * @throws MnemeException ({@link ErrorCode#SHAPE_MISMATCH}) if a pair of sizes differs and neither is 1
     */
    public Shape broadcast(Shape other) {
        int rank = Math.max(rank(), other.rank());
        long[] result = new long[rank];
        for (int i = 1; i <= rank; i++) {
            long a = i <= rank() ? sizes[rank() - i] : 1;
            long b = i <= other.rank() ? other.sizes[other.rank() - i] : 1;
            if (a != b && a != 1 && b != 1) {
                throw new MnemeException(
                        ErrorCode.SHAPE_MISMATCH, "shapes " + this + " and " + other + " cannot be broadcast together");
            }
            result[rank - i] = a == 1 ? b : a;
        }
        return of(result);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** For example {@code (2, 64, 128)}. */
    @Override
    public String toString() {
        return Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining(", ", "(", ")"));
    }
}
