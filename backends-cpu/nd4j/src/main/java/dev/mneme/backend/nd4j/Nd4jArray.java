package dev.mneme.backend.nd4j;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.nativeblas.OpaqueDataBuffer;

/**
 * A dense row-major array in libnd4j's memory. Never strided: libnd4j is several times slower on strided arrays than a
 * copy costs.
 *
 * @param buffer null if the array has no elements
 * @param data address of the first element; null if the array has no elements
 * @param shapeInfo libnd4j's description of shape and type; null if the array has no elements
 * @param view whether the buffer belongs to another array
 */
record Nd4jArray(
        Shape shape,
        DType dtype,
        @Nullable OpaqueDataBuffer buffer,
        @Nullable Pointer data,
        @Nullable LongPointer shapeInfo,
        boolean view) {

    long length() {
        return shape.elements();
    }

    boolean isEmpty() {
        return buffer == null;
    }

    long bytes() {
        return length() * dtype.bytes();
    }

    /** The number of elements as a Java array's length. */
    int hostLength() {
        return Math.toIntExact(length());
    }
}
