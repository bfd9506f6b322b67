package dev.mneme.tensor.tape;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Evaluates formulas over arrays: every result belongs to the workspace, which releases it on close unless it was kept.
 * Arrays from outside are only read.
 */
final class Workspace<A> implements AutoCloseable {
    private final ArrayKernels<A> kernels;
    private final List<A> arrays = new ArrayList<>();
    // By identity, here and in remove: an engine's array type may define equals by content.
    private final Map<A, A> bases = new IdentityHashMap<>();

    Workspace(ArrayKernels<A> kernels) {
        this.kernels = kernels;
    }

    /** Takes a result out of the workspace: the caller must release it. Not for views. */
    A keep(A array) {
        remove(array);
        return array;
    }

    /**
     * Takes a result out together with the arrays of this workspace that it is a view of.
     *
     * @return those arrays in order of creation, to be released after the result, last first; and whether the first of
     *     them, or the result, is a view of an array from outside
     */
    Bases<A> keepWithBases(A array) {
        List<A> kept = new ArrayList<>();
        remove(array);
        A base = bases.get(array);
        while (base != null && remove(base)) {
            kept.add(0, base);
            base = bases.get(base);
        }
        return new Bases<>(kept, base != null);
    }

    record Bases<A>(List<A> inside, boolean outside) {}

    private boolean remove(A array) {
        for (int i = arrays.size() - 1; i >= 0; i--) {
            if (arrays.get(i) == array) {
                arrays.remove(i);
                return true;
            }
        }
        return false;
    }

    /** Releases in reverse order of creation: views before what they were made from. */
    @Override
    public void close() {
        for (int i = arrays.size() - 1; i >= 0; i--) {
            kernels.release(arrays.get(i));
        }
        arrays.clear();
    }

    Shape shape(A x) {
        return kernels.shape(x);
    }

    DType dtype(A x) {
        return kernels.dtype(x);
    }

    /** Zero of this type, to be broadcast. */
    A zero(DType dtype) {
        return zeros(Shape.scalar(), dtype);
    }

    A zeros(Shape shape, DType dtype) {
        return owned(kernels.full(shape, 0, dtype));
    }

    A unary(Unary operation, A x) {
        return owned(kernels.unary(operation, x));
    }

    A neg(A x) {
        return unary(Unary.NEG, x);
    }

    A exp(A x) {
        return unary(Unary.EXP, x);
    }

    A pow(A x, double exponent) {
        return owned(kernels.pow(x, exponent));
    }

    A affine(A x, double factor, double summand) {
        return owned(kernels.affine(x, factor, summand));
    }

    A binary(Binary operation, A a, A b) {
        return owned(kernels.binary(operation, a, b));
    }

    A add(A a, A b) {
        return binary(Binary.ADD, a, b);
    }

    A sub(A a, A b) {
        return binary(Binary.SUB, a, b);
    }

    A mul(A a, A b) {
        return binary(Binary.MUL, a, b);
    }

    A div(A a, A b) {
        return binary(Binary.DIV, a, b);
    }

    A where(A condition, A ifTrue, A ifFalse) {
        return owned(kernels.where(condition, ifTrue, ifFalse));
    }

    A cast(A x, DType dtype) {
        return owned(kernels.cast(x, dtype));
    }

    A sum(A x, boolean keepDim, int... dims) {
        return owned(kernels.sum(x, keepDim, dims));
    }

    A max(A x, int dim) {
        return owned(kernels.max(x, dim, true));
    }

    A cumsum(A x, int dim, boolean reverse) {
        return owned(kernels.cumsum(x, dim, reverse));
    }

    A reshape(A x, Shape shape) {
        return view(x, kernels.reshape(x, shape));
    }

    A permute(A x, int... dims) {
        return view(x, kernels.permute(x, dims));
    }

    A expand(A x, Shape shape) {
        return view(x, kernels.expand(x, shape));
    }

    A slice(A x, int dim, long start, long end) {
        return view(x, kernels.slice(x, dim, start, end));
    }

    A concat(List<A> parts, int dim) {
        return owned(kernels.concat(parts, dim));
    }

    A indexSelect(A x, int dim, A index) {
        return owned(kernels.indexSelect(x, dim, index));
    }

    A indexAdd(A x, int dim, A index, A source) {
        return owned(kernels.indexAdd(x, dim, index, source));
    }

    A gather(A x, int dim, A index) {
        return owned(kernels.gather(x, dim, index));
    }

    A scatterAdd(A x, int dim, A index, A source) {
        return owned(kernels.scatterAdd(x, dim, index, source));
    }

    A matmul(A a, boolean transposeA, A b, boolean transposeB) {
        return owned(kernels.matmul(a, transposeA, b, transposeB));
    }

    /** The transpose of broadcasting from {@code shape}: sums what was repeated. */
    A unbroadcast(A x, Shape shape) {
        Shape from = shape(x);
        int added = from.rank() - shape.rank();
        A aligned = added == 0 ? x : sum(x, false, ascending(added));
        int[] stretched = ascending(shape.rank());
        int count = 0;
        for (int dim = 0; dim < shape.rank(); dim++) {
            if (shape.size(dim) == 1 && from.size(dim + added) != 1) {
                stretched[count++] = dim;
            }
        }
        return count == 0 ? aligned : sum(aligned, true, Arrays.copyOf(stretched, count));
    }

    /** Takes over a fresh result of a kernel that has no method here. */
    A owned(A array) {
        arrays.add(array);
        return array;
    }

    private A view(A base, A result) {
        if (result == base) {
            return base;
        }
        if (kernels.bytes(result) == 0) {
            bases.put(result, base);
        }
        return owned(result);
    }

    private static int[] ascending(int count) {
        int[] dims = new int[count];
        for (int i = 0; i < count; i++) {
            dims[i] = i;
        }
        return dims;
    }
}
