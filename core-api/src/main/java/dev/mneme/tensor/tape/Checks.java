package dev.mneme.tensor.tape;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Argument checks with messages that name operation, expectation and what was found. */
final class Checks {
    private Checks() {}

    static MnemeException shapeMismatch(String operation, String expected, Object... found) {
        return mismatch(ErrorCode.SHAPE_MISMATCH, operation, expected, found);
    }

    static MnemeException typeMismatch(String operation, String expected, Object... found) {
        return mismatch(ErrorCode.DTYPE_MISMATCH, operation, expected, found);
    }

    private static MnemeException mismatch(ErrorCode code, String operation, String expected, Object... found) {
        String list = Arrays.stream(found).map(Object::toString).collect(Collectors.joining(" and "));
        return new MnemeException(code, operation + ": expected " + expected + ", got " + list);
    }

    static Shape broadcast(String operation, Shape a, Shape b) {
        if (!areBroadcastable(a, b)) {
            throw shapeMismatch(operation, "shapes that broadcast together", a, b);
        }
        return a.broadcast(b);
    }

    static boolean areBroadcastable(Shape a, Shape b) {
        for (int dim = -Math.min(a.rank(), b.rank()); dim < 0; dim++) {
            if (a.size(dim) != b.size(dim) && a.size(dim) != 1 && b.size(dim) != 1) {
                return false;
            }
        }
        return true;
    }

    static int dim(String operation, Shape shape, int dim) {
        if (dim < -shape.rank() || dim >= shape.rank()) {
            throw shapeMismatch(
                    operation, "a dimension from " + -shape.rank() + " to " + (shape.rank() - 1) + " of " + shape, dim);
        }
        return shape.dim(dim);
    }

    /** Distinct ascending non-negative dimensions. */
    static int[] dims(String operation, Shape shape, int... dims) {
        int[] resolved = Arrays.stream(dims)
                .map(dim -> dim(operation, shape, dim))
                .sorted()
                .toArray();
        for (int i = 1; i < resolved.length; i++) {
            if (resolved[i] == resolved[i - 1]) {
                throw shapeMismatch(operation, "distinct dimensions of " + shape, Arrays.toString(dims));
            }
        }
        return resolved;
    }

    static void sameType(String operation, TapeTensor<?> a, TapeTensor<?> b) {
        if (a.dtype() != b.dtype()) {
            throw typeMismatch(operation, "operands of one element type", a, b);
        }
    }

    static void floating(String operation, TapeTensor<?> x) {
        if (!x.dtype().isFloating()) {
            throw typeMismatch(operation, "a floating-point tensor", x);
        }
    }

    static void numeric(String operation, TapeTensor<?> x) {
        if (x.dtype() == DType.BOOL) {
            throw typeMismatch(operation, "a numeric tensor", x);
        }
    }

    static void type(String operation, DType expected, TapeTensor<?> x) {
        if (x.dtype() != expected) {
            throw typeMismatch(operation, "a tensor of " + expected, x);
        }
    }

    static void notEmpty(String operation, Shape shape, int dim) {
        if (shape.size(dim) == 0) {
            throw shapeMismatch(operation, "at least one element along dimension " + dim, shape);
        }
    }
}
