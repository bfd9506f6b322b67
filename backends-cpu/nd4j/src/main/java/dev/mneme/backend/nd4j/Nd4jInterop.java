package dev.mneme.backend.nd4j;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Copies between Deeplearning4j's arrays and Mneme's tensors, of any engine. */
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
