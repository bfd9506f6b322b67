package dev.mneme.backend.nd4j;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.BaseScalarOp;
import org.nd4j.linalg.api.ops.BaseTransformOp;
import org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.nd4j.nativeblas.OpaqueContext;
import org.nd4j.nativeblas.OpaqueDataBuffer;

/**
 * Memory and operations of the native library. Arguments are live arrays with elements; nothing is checked, since a
 * wrong shape may end the process.
 */
final class Libnd4j {
    private static final long[] NO_INTEGERS = {};

    private final Nd4jCpu operations;
    private final Map<String, Long> hashes = new ConcurrentHashMap<>();
    // libnd4j itself keeps one such description per shape for good.
    private final Map<ShapeKey, LongPointer> shapeInfos = new ConcurrentHashMap<>();

    private record ShapeKey(Shape shape, DType dtype) {}

    /** Loads the native library, or throws what its loader throws. */
    Libnd4j() {
        NativeEnvironment.prepare();
        Nd4j.getMemoryManager().togglePeriodicGc(false);
        operations = (Nd4jCpu) NativeOpsHolder.getInstance().getDeviceNativeOps();
    }

    /** ND4J's name of an element type. */
    static DataType typeOf(DType dtype) {
        return switch (dtype) {
            case F32 -> DataType.FLOAT;
            case F64 -> DataType.DOUBLE;
            case I64 -> DataType.INT64;
            case BOOL -> DataType.BOOL;
            case BF16, F16 ->
                throw new MnemeException(
                        ErrorCode.DTYPE_MISMATCH, "the nd4j engine computes with F32, F64, I64 and BOOL, got " + dtype);
        };
    }

    // ---- identity ----

    /** ND4J's version as its jar states it. */
    String version() {
        try (InputStream file = Nd4j.class.getResourceAsStream("/META-INF/maven/org.nd4j/nd4j-api/pom.properties")) {
            Properties properties = new Properties();
            if (file != null) {
                properties.load(file);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.FILE_FAILED, "nd4j: cannot read the version of nd4j-api", e);
        }
    }

    /** The vector instructions the native library was built for. */
    String instructions() {
        return switch (operations.binaryLevel()) {
            case 3 -> "AVX512";
            case 2 -> "AVX2";
            default -> "generic x86-64";
        };
    }

    Map<String, String> details() {
        return Map.of(
                "blas", Nd4j.factory().blas().getBlasVendor().toString(),
                "blas threads", Integer.toString(NativeThreads.blasThreads()),
                "omp threads", Integer.toString(NativeThreads.libraryThreads()),
                "omp wait policy", NativeEnvironment.WAIT_POLICY_REPORT,
                "instructions", instructions());
    }

    // ---- memory ----

    /** Uninitialised memory for an array. */
    Nd4jArray allocate(Shape shape, DType dtype) {
        long length = shape.elements();
        if (length == 0) {
            return new Nd4jArray(shape, dtype, null, null, null, false);
        }
        OpaqueDataBuffer buffer =
                operations.dbAllocateDataBuffer(length, typeOf(dtype).toInt(), false);
        Pointer data = buffer == null ? null : operations.dbPrimaryBuffer(buffer);
        if (data == null) {
            if (buffer != null) {
                operations.deleteDataBuffer(buffer);
            }
            // Reading the error also clears it; otherwise the next operation would seem to fail.
            String reason = operations.lastErrorMessage();
            throw new MnemeException(
                    ErrorCode.ENGINE_FAILED,
                    "nd4j: no memory for " + dtype + " " + shape + ", " + length * dtype.bytes() + " bytes (" + reason
                            + "). Use a smaller batch, model or segment");
        }
        return new Nd4jArray(shape, dtype, buffer, data, shapeInfo(shape, dtype), false);
    }

    void release(Nd4jArray x) {
        if (x.buffer() != null && !x.view()) {
            operations.deleteDataBuffer(x.buffer());
        }
    }

    /** The same buffer under another shape of as many elements; {@code view} says who frees it. */
    Nd4jArray reshaped(Nd4jArray x, Shape shape, boolean view) {
        return new Nd4jArray(
                shape, x.dtype(), x.buffer(), x.data(), x.isEmpty() ? null : shapeInfo(shape, x.dtype()), view);
    }

    private LongPointer shapeInfo(Shape shape, DType dtype) {
        return shapeInfos.computeIfAbsent(new ShapeKey(shape, dtype), key -> {
            long[] sizes = shape.toArray();
            long[] strides = Strides.dense(sizes);
            // JavaCPP cannot make an empty array; rank 0 reads none of it.
            try (LongPointer nativeSizes = new LongPointer(Math.max(1, sizes.length));
                    LongPointer nativeStrides = new LongPointer(Math.max(1, sizes.length))) {
                nativeSizes.put(sizes, 0, sizes.length);
                nativeStrides.put(strides, 0, sizes.length);
                int type = typeOf(dtype).toInt();
                return new LongPointer(operations.getConstantShapeBufferPrimary(
                        operations.shapeBuffer(sizes.length, nativeSizes, nativeStrides, type, 'c', 1, false)));
            }
        });
    }

    // ---- operations ----

    /** Runs a declarable ("custom") operation into a given output. */
    void custom(String name, Nd4jArray out, Nd4jArray... inputs) {
        custom(name, NO_INTEGERS, out, inputs);
    }

    /** Runs a declarable ("custom") operation with integer arguments into a given output. */
    void custom(String name, long[] integers, Nd4jArray out, Nd4jArray... inputs) {
        OpaqueContext context = operations.createGraphContext(1);
        try {
            for (int i = 0; i < inputs.length; i++) {
                operations.setGraphContextInputBuffer(context, i, inputs[i].buffer(), inputs[i].shapeInfo(), null);
            }
            operations.setGraphContextOutputBuffer(context, 0, out.buffer(), out.shapeInfo(), null);
            if (integers.length > 0) {
                operations.setGraphContextIArguments(context, integers, integers.length);
            }
            int status = operations.execCustomOp2(null, hash(name), context);
            if (status != 0) {
                throw failure(name, operations.lastErrorMessage(), out, inputs);
            }
        } finally {
            operations.deleteGraphContext(context);
        }
    }

    private long hash(String name) {
        return hashes.computeIfAbsent(
                name,
                key -> Nd4j.getExecutioner().getCustomOperations().get(key).getHash());
    }

    /** Runs an element-wise operation of the older kind; {@code x} and {@code out} may be one array. */
    void transform(BaseTransformOp operation, Nd4jArray x, Nd4jArray out) {
        LongPointer from = x.shapeInfo();
        LongPointer to = out.shapeInfo();
        int number = operation.opNum();
        switch (operation.getOpType()) {
            case TRANSFORM_SAME ->
                operations.execTransformSame(null, number, x.buffer(), from, null, out.buffer(), to, null, null);
            case TRANSFORM_STRICT ->
                operations.execTransformStrict(null, number, x.buffer(), from, null, out.buffer(), to, null, null);
            case TRANSFORM_FLOAT ->
                operations.execTransformFloat(null, number, x.buffer(), from, null, out.buffer(), to, null, null);
            default -> throw new IllegalArgumentException(operation.opName() + " is a " + operation.getOpType());
        }
        checkError(operation.opName(), out, x);
    }

    /** Combines every element with a constant; {@code x} and {@code out} may be one array. */
    void scalar(BaseScalarOp operation, Nd4jArray x, double value, Nd4jArray out) {
        Nd4jArray constant = allocate(Shape.scalar(), x.dtype());
        try {
            set(constant, value);
            operations.execScalar(
                    null,
                    operation.opNum(),
                    x.buffer(),
                    x.shapeInfo(),
                    null,
                    out.buffer(),
                    out.shapeInfo(),
                    null,
                    constant.buffer(),
                    constant.shapeInfo(),
                    null,
                    null);
            checkError(operation.opName(), out, x);
        } finally {
            release(constant);
        }
    }

    /** Writes the first element. */
    static void set(Nd4jArray x, double value) {
        switch (x.dtype()) {
            case F32 -> new FloatPointer(x.data()).put((float) value);
            case F64 -> new DoublePointer(x.data()).put(value);
            case I64 -> new LongPointer(x.data()).put((long) value);
            default -> new BytePointer(x.data()).put((byte) (value != 0 ? 1 : 0));
        }
    }

    private void checkError(String name, Nd4jArray out, Nd4jArray x) {
        if (operations.lastErrorCode() != 0) {
            throw failure(name, operations.lastErrorMessage(), out, x);
        }
    }

    private static MnemeException failure(String name, String reason, Nd4jArray out, Nd4jArray... inputs) {
        StringBuilder message = new StringBuilder("nd4j operation " + name + " of ");
        for (Nd4jArray input : inputs) {
            message.append(input.dtype()).append(' ').append(input.shape()).append(", ");
        }
        message.append("into ").append(out.dtype()).append(' ').append(out.shape());
        return new MnemeException(ErrorCode.ENGINE_FAILED, message + " failed: " + reason);
    }
}
