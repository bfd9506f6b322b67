package dev.mneme.backend.libtorch;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Precision;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import dev.mneme.tensor.TopK;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/**
 * How kernels run on a tensor: operands are borrowed, results get an owner, failures are translated. The element type is
 * known on the Java side, so that types are checked without a native call; shapes are mostly checked by LibTorch and
 * fetched when somebody asks.
 */
abstract class TorchKernels extends NativeHandle implements Tensor {
    final TorchBackend backend;
    final DType dtype;
    private @Nullable Shape shape;

    TorchKernels(TorchBackend backend, org.bytedeco.pytorch.Tensor handle, DType dtype) {
        super(handle);
        this.backend = backend;
        this.dtype = dtype;
    }

    /** The tensor as one of this engine. */
    static TorchTensor of(String operation, Tensor tensor) {
        if (tensor instanceof TorchTensor own) {
            return own;
        }
        throw new MnemeException(
                ErrorCode.ENGINE_FAILED,
                operation + ": expected a tensor of the LibTorch engine, got a "
                        + tensor.getClass().getSimpleName() + "; copy it over with toDoubles");
    }

    @Override
    public Shape shape() {
        return sizes("shape");
    }

    static Shape sizes(String operation, Tensor tensor) {
        return of(operation, tensor).sizes(operation);
    }

    /** The shape, asked for by an operation that a failure will name. */
    final Shape sizes(String operation) {
        Shape known = shape;
        if (known == null) {
            org.bytedeco.pytorch.Tensor x = borrow(operation);
            try {
                long[] sizes = new long[(int) x.dim()];
                for (int i = 0; i < sizes.length; i++) {
                    sizes[i] = x.size(i);
                }
                known = Shape.of(sizes);
                shape = known;
            } finally {
                release();
            }
        }
        return known;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public TorchBackend backend() {
        return backend;
    }

    @FunctionalInterface
    interface Kernel3 {
        org.bytedeco.pytorch.Tensor apply(
                org.bytedeco.pytorch.Tensor a, org.bytedeco.pytorch.Tensor b, org.bytedeco.pytorch.Tensor c);
    }

    @FunctionalInterface
    interface OptionalsKernel {
        org.bytedeco.pytorch.Tensor apply(org.bytedeco.pytorch.Tensor x, TensorOptional a, TensorOptional b);
    }

    /** Whether this F32 tensor may hold brain floats, and products of it are to be computed with them. */
    final boolean autocasts() {
        return dtype == DType.F32 && backend.precision() == Precision.BF16;
    }

    /** Whether any of these, null or not, holds brain floats although it is F32 to its users. */
    final boolean anyNarrow(String operation, @Nullable Tensor... tensors) {
        if (!autocasts()) {
            return false;
        }
        for (Tensor tensor : tensors) {
            if (tensor != null
                    && tensor.dtype() == DType.F32
                    && of(operation, tensor).read(operation, Autocast::isNarrow)) {
                return true;
            }
        }
        return false;
    }

    final UnaryOperator<org.bytedeco.pytorch.Tensor> wide(UnaryOperator<org.bytedeco.pytorch.Tensor> kernel) {
        return autocasts() ? Autocast.wide(kernel) : kernel;
    }

    /** An operation on operands that all hold F32. */
    final Tensor widened(
            @Nullable Tensor first, @Nullable Tensor second, Function3<TorchTensor, @Nullable Tensor> operation) {
        try (TensorScope scope = backend.scope()) {
            TorchTensor x = (TorchTensor) to(DType.F32);
            return scope.keep(operation.apply(
                    x, first == null ? null : first.to(DType.F32), second == null ? null : second.to(DType.F32)));
        }
    }

    @FunctionalInterface
    interface Function3<X, Y> {
        Tensor apply(X x, Y first, Y second);
    }

    Tensor floating(String operation, UnaryOperator<org.bytedeco.pytorch.Tensor> kernel) {
        requireFloating(operation);
        return call(operation, dtype, kernel);
    }

    Tensor numeric(String operation, UnaryOperator<org.bytedeco.pytorch.Tensor> kernel) {
        requireNumeric(operation);
        return call(operation, dtype, kernel);
    }

    Tensor arithmetic(String operation, Tensor other, BinaryOperator<org.bytedeco.pytorch.Tensor> kernel) {
        requireNumeric(operation);
        requireType(operation, dtype, other);
        return call(operation, dtype, other, kernel);
    }

    Tensor comparison(String operation, Tensor other, BinaryOperator<org.bytedeco.pytorch.Tensor> kernel) {
        requireType(operation, dtype, other);
        return call(operation, DType.BOOL, other, kernel);
    }

    TorchTensor call(String operation, DType result, UnaryOperator<org.bytedeco.pytorch.Tensor> kernel) {
        org.bytedeco.pytorch.Tensor x = borrow(operation);
        try {
            return backend.own(kernel.apply(x), result);
        } catch (RuntimeException e) {
            throw Failures.translate(operation, e, List.of(self()));
        } finally {
            release();
        }
    }

    TorchTensor call(String operation, DType result, Tensor other, BinaryOperator<org.bytedeco.pytorch.Tensor> kernel) {
        TorchTensor second = of(operation, other);
        org.bytedeco.pytorch.Tensor x = borrow(operation);
        try {
            org.bytedeco.pytorch.Tensor y = second.borrow(operation);
            try {
                return backend.own(kernel.apply(x, y), result);
            } catch (RuntimeException e) {
                throw Failures.translate(operation, e, List.of(self(), second));
            } finally {
                second.release();
            }
        } finally {
            release();
        }
    }

    TorchTensor call(String operation, DType result, Tensor other, Tensor another, Kernel3 kernel) {
        TorchTensor second = of(operation, other);
        TorchTensor third = of(operation, another);
        try (Borrowed borrowed = new Borrowed(operation, List.of(self(), second, third))) {
            return backend.own(kernel.apply(borrowed.handle(0), borrowed.handle(1), borrowed.handle(2)), result);
        } catch (RuntimeException e) {
            throw Failures.translate(operation, e, List.of(self(), second, third));
        }
    }

    /** A call with positions along a dimension; one that is out of range is named if LibTorch refused it. */
    final Tensor indexed(String operation, int dim, Tensor index, BinaryOperator<org.bytedeco.pytorch.Tensor> kernel) {
        try {
            return call(operation, dtype, index, kernel);
        } catch (MnemeException e) {
            throw outOfRange(operation, dim, index, e);
        }
    }

    final Tensor indexed(String operation, int dim, Tensor index, Tensor source, Kernel3 kernel) {
        try {
            return call(operation, dtype, index, source, kernel);
        } catch (MnemeException e) {
            throw outOfRange(operation, dim, index, e);
        }
    }

    private MnemeException outOfRange(String operation, int dim, Tensor index, MnemeException e) {
        if (e.code() != ErrorCode.SHAPE_MISMATCH) {
            return e;
        }
        long size = shape().size(dim);
        return Arrays.stream(index.toLongs())
                .filter(position -> position < 0 || position >= size)
                .mapToObj(position -> Failures.shape(
                        operation,
                        "positions from 0 to " + (size - 1) + " in dimension " + dim + " of " + shape(),
                        position))
                .findFirst()
                .orElse(e);
    }

    Tensor withOptionals(String operation, @Nullable Tensor first, @Nullable Tensor second, OptionalsKernel kernel) {
        List<Tensor> operands = new ArrayList<>(3);
        operands.add(this);
        if (first != null) {
            requireType(operation, dtype, first);
            operands.add(first);
        }
        if (second != null) {
            requireType(operation, dtype, second);
            operands.add(second);
        }
        try (Borrowed borrowed = new Borrowed(operation, operands)) {
            TensorOptional a = first == null ? null : new TensorOptional(borrowed.handle(1));
            TensorOptional b = second == null ? null : new TensorOptional(borrowed.handle(operands.size() - 1));
            try (a;
                    b) {
                return backend.own(
                        kernel.apply(
                                borrowed.handle(0),
                                a == null ? Constants.NO_TENSOR : a,
                                b == null ? Constants.NO_TENSOR : b),
                        dtype);
            } catch (RuntimeException e) {
                throw Failures.translate(operation, e, borrowed.tensors());
            }
        }
    }

    /** Several results of this type. */
    List<Tensor> list(String operation, Function<org.bytedeco.pytorch.Tensor, TensorVector> kernel) {
        org.bytedeco.pytorch.Tensor x = borrow(operation);
        try (TensorVector found = kernel.apply(x)) {
            List<Tensor> results = new ArrayList<>();
            for (long i = 0; i < found.size(); i++) {
                results.add(backend.own(new org.bytedeco.pytorch.Tensor(found.get(i)), dtype));
            }
            return results;
        } catch (RuntimeException e) {
            throw Failures.translate(operation, e, List.of(self()));
        } finally {
            release();
        }
    }

    TopK pair(String operation, Function<org.bytedeco.pytorch.Tensor, T_TensorTensor_T> kernel) {
        org.bytedeco.pytorch.Tensor x = borrow(operation);
        try (T_TensorTensor_T found = kernel.apply(x)) {
            Tensor values = backend.own(new org.bytedeco.pytorch.Tensor(found.get0()), dtype);
            return new TopK(values, backend.own(new org.bytedeco.pytorch.Tensor(found.get1()), DType.I64));
        } catch (RuntimeException e) {
            throw Failures.translate(operation, e, List.of(self()));
        } finally {
            release();
        }
    }

    <R> R read(String operation, Function<org.bytedeco.pytorch.Tensor, R> reader) {
        org.bytedeco.pytorch.Tensor x = borrow(operation);
        try {
            return reader.apply(x);
        } catch (RuntimeException e) {
            throw Failures.translate(operation, e, List.of(self()));
        } finally {
            release();
        }
    }

    <R> R withNumber(String operation, double value, Function<org.bytedeco.pytorch.Tensor, R> use) {
        if (!dtype.isFloating() && value != Math.rint(value)) {
            throw Failures.dtype(operation, "a whole number for a tensor of " + dtype, value);
        }
        return Constants.withTensor(value, dtype, use);
    }

    /** The number as this element type: truncated for I64, "is not 0" for BOOL. */
    <R> R withScalar(double value, Function<Scalar, R> use) {
        return switch (dtype) {
            case I64 -> Constants.withScalar((long) value, use);
            case BOOL -> Constants.withScalar(value == 0 ? 0L : 1L, use);
            default -> Constants.withScalar(value, use);
        };
    }

    // ---- checks ----

    void requireFloating(String operation) {
        if (!dtype.isFloating()) {
            throw Failures.dtype(operation, "a floating type", dtype);
        }
    }

    void requireNumeric(String operation) {
        if (dtype == DType.BOOL) {
            throw Failures.dtype(operation, "a floating type or I64", dtype);
        }
    }

    static void requireBool(String operation, Tensor tensor) {
        requireType(operation, DType.BOOL, tensor);
    }

    static void requireType(String operation, DType expected, Tensor tensor) {
        if (!tensor.isOpen()) {
            throw Failures.closed(operation);
        }
        if (tensor.dtype() != expected) {
            throw Failures.dtype(operation, expected.toString(), tensor.dtype());
        }
    }

    static void requirePositions(String operation, Tensor index) {
        requireType(operation, DType.I64, index);
        requireRank(operation, index, 1);
    }

    static void requireRank(String operation, Tensor tensor, int rank) {
        Shape sizes = sizes(operation, tensor);
        if (sizes.rank() != rank) {
            throw Failures.shape(operation, "a tensor of rank " + rank, sizes);
        }
    }

    static void requireShape(String operation, Shape expected, Tensor tensor) {
        Shape sizes = sizes(operation, tensor);
        if (!sizes.equals(expected)) {
            throw Failures.shape(operation, "shape " + expected, sizes);
        }
    }

    /** Whether an index has this tensor's rank and at most its sizes beside the indexed dimension. */
    final void requireFits(String operation, int dim, Tensor index) {
        Shape own = sizes(operation);
        Shape other = sizes(operation, index);
        boolean fits = own.rank() == other.rank();
        for (int i = 0; fits && i < own.rank(); i++) {
            fits = i == dim || other.size(i) <= own.size(i);
        }
        if (!fits) {
            throw Failures.shape(operation, "an index of the rank and at most the sizes of " + own, other);
        }
    }

    /** The non-negative index of a dimension. */
    final int dim(String operation, int dim) {
        int rank = sizes(operation).rank();
        if (dim < -rank || dim >= rank) {
            String valid = rank == 0 ? "a tensor of rank 1 or more" : "a dimension from " + -rank + " to " + (rank - 1);
            throw Failures.shape(operation, valid, "dimension " + dim + " of " + shape());
        }
        return dim < 0 ? dim + rank : dim;
    }

    /** The given dimensions, or all of them if none is given. */
    final long[] dims(String operation, int... dims) {
        if (dims.length == 0) {
            return IntStream.range(0, sizes(operation).rank()).asLongStream().toArray();
        }
        return Arrays.stream(dims).mapToLong(dim -> dim(operation, dim)).toArray();
    }

    private TorchTensor self() {
        return (TorchTensor) this;
    }
}
