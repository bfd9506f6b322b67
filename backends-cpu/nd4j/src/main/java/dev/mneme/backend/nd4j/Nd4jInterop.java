package dev.mneme.backend.nd4j;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.tape.TapeBackend;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Between Deeplearning4j's arrays and Mneme's tensors, of any engine. Into a tensor always by copy, since an array can be
 * written to and a tensor cannot; out of it by copy, or as a {@link #view} of the same memory.
 */
public final class Nd4jInterop {
    private Nd4jInterop() {}

    /**
     * A tensor with the array's shape and values. FLOAT, HALF and BFLOAT16 become F32, DOUBLE F64, integers I64, BOOL
     * stays. The array may be a view in any order; it stays the caller's.
     *
     * @throws MnemeException ({@code DTYPE_MISMATCH}) for text and other types without numbers
     */
    public static Tensor tensor(TensorBackend backend, INDArray array) {
        Shape shape = Shape.of(array.shape());
        DType dtype = dtypeOf(array.dataType());
        if (array.isEmpty()) {
            return backend.full(shape, 0, dtype);
        }
        INDArray cast = array.castTo(Libnd4j.typeOf(dtype));
        INDArray dense = cast.dup('c');
        try {
            return copy(backend, dense.data().pointer(), shape, dtype);
        } finally {
            dense.close();
            if (cast != array) {
                cast.close();
            }
        }
    }

    private static Tensor copy(TensorBackend backend, Pointer data, Shape shape, DType dtype) {
        int length = Math.toIntExact(shape.elements());
        switch (dtype) {
            case F32 -> {
                float[] values = new float[length];
                new FloatPointer(data).get(values);
                return backend.tensor(values, shape);
            }
            case F64 -> {
                double[] values = new double[length];
                new DoublePointer(data).get(values);
                return backend.tensor(values, shape, DType.F64);
            }
            case I64 -> {
                long[] values = new long[length];
                new LongPointer(data).get(values);
                return backend.tensor(values, shape);
            }
            default -> {
                byte[] truths = new byte[length];
                new BytePointer(data).get(truths);
                boolean[] values = new boolean[length];
                for (int i = 0; i < length; i++) {
                    values[i] = truths[i] != 0;
                }
                return backend.tensor(values, shape);
            }
        }
    }

    /**
     * A new array with the tensor's shape and values, in C order; the caller closes it. F32, BF16 and F16 become FLOAT,
     * F64 DOUBLE, I64 LONG, BOOL BOOL.
     */
    public static INDArray toNd4j(Tensor tensor) {
        DType dtype = tensor.dtype() == DType.BF16 || tensor.dtype() == DType.F16 ? DType.F32 : tensor.dtype();
        INDArray array = Nd4j.create(Libnd4j.typeOf(dtype), tensor.shape().toArray());
        if (array.isEmpty()) {
            return array;
        }
        Pointer data = array.data().pointer();
        switch (dtype) {
            case F64 -> new DoublePointer(data).put(tensor.toDoubles());
            case I64 -> new LongPointer(data).put(tensor.toLongs());
            case BOOL -> {
                boolean[] values = tensor.toBooleans();
                byte[] truths = new byte[values.length];
                for (int i = 0; i < values.length; i++) {
                    truths[i] = (byte) (values[i] ? 1 : 0);
                }
                new BytePointer(data).put(truths);
            }
            default -> new FloatPointer(data).put(tensor.toFloats());
        }
        return array;
    }

    /**
     * The tensor's own memory as an array, without a copy, for large results that are read once. Only a tensor of the ND4J
     * engine has such memory; of any other engine this is {@link #toNd4j}.
     *
     * @return in C order; must not be written to, nor used when the tensor is closed. Closing it leaves the tensor as it is
     */
    public static INDArray view(Tensor tensor) {
        if (!(tensor.backend() instanceof TapeBackend<?> tape && tape.array(tensor) instanceof Nd4jArray array)
                || array.isEmpty()) {
            return toNd4j(tensor);
        }
        long length = array.length();
        long[] sizes = array.shape().toArray();
        // A pointer of its own, since closing the array closes it; ND4J takes the number of elements from it.
        Pointer data = switch (array.dtype()) {
            case F64 -> new DoublePointer(array.data()).capacity(length);
            case I64 -> new LongPointer(array.data()).capacity(length);
            case BOOL -> new BytePointer(array.data()).capacity(length);
            default -> new FloatPointer(array.data()).capacity(length);
        };
        return Nd4j.create(
                Nd4j.createBuffer(data, length, Libnd4j.typeOf(array.dtype())), sizes, Strides.dense(sizes), 0, 'c');
    }

    private static DType dtypeOf(DataType type) {
        if (type == DataType.DOUBLE) {
            return DType.F64;
        }
        if (type.isFPType()) {
            return DType.F32;
        }
        if (type.isIntType()) {
            return DType.I64;
        }
        if (type == DataType.BOOL) {
            return DType.BOOL;
        }
        throw new MnemeException(
                ErrorCode.DTYPE_MISMATCH,
                "reading an INDArray: expected floating-point, integer or BOOL elements, got " + type);
    }
}
