package dev.mneme.backend.libtorch;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Values across the border between Java arrays and tensors: one block copy each way, and on another device one more,
 * which is the device's. Nothing else in this engine moves values between host and device.
 */
final class HostCopies {
    private final TorchDevice device;

    HostCopies(TorchDevice device) {
        this.device = device;
    }

    Tensor upload(double[] values, Shape shape, DType dtype) {
        if (dtype == DType.F32) {
            float[] narrow = new float[values.length];
            for (int i = 0; i < narrow.length; i++) {
                narrow[i] = (float) values[i];
            }
            return upload(narrow, shape);
        }
        Tensor wide = upload(shape, DType.F64, values.length, (p, n) -> new DoublePointer(p).put(values, 0, n));
        if (dtype == DType.F64) {
            return wide;
        }
        try (wide) {
            return wide.to(TorchDevice.nativeType(dtype));
        }
    }

    Tensor upload(float[] values, Shape shape) {
        return upload(shape, DType.F32, values.length, (p, n) -> new FloatPointer(p).put(values, 0, n));
    }

    Tensor upload(long[] values, Shape shape) {
        return upload(shape, DType.I64, values.length, (p, n) -> new LongPointer(p).put(values, 0, n));
    }

    Tensor upload(boolean[] values, Shape shape) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return upload(shape, DType.BOOL, values.length, (p, n) -> new BytePointer(p).put(bytes, 0, n));
    }

    private Tensor upload(Shape shape, DType dtype, int length, BiConsumer<Pointer, Integer> fill) {
        if (length != shape.elements()) {
            throw Failures.shape("tensor", shape.elements() + " values for " + shape, length + " values");
        }
        Tensor tensor = device.staging(shape.toArray(), dtype);
        if (length > 0) {
            fill.accept(tensor.data_ptr(), length);
        }
        if (device.isHost()) {
            return tensor;
        }
        try (tensor) {
            return device.upload(tensor, dtype);
        }
    }

    double[] doubles(Tensor x, DType dtype) {
        if (dtype == DType.F32) {
            float[] narrow = floats(x);
            double[] wide = new double[narrow.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = narrow[i];
            }
            return wide;
        }
        try (Tensor wide = x.to(torch.ScalarType.Double)) {
            double[] values = new double[Math.toIntExact(wide.numel())];
            download(wide, values.length, (p, n) -> new DoublePointer(p).get(values, 0, n));
            return values;
        }
    }

    float[] floats(Tensor x) {
        try (Tensor single = x.to(torch.ScalarType.Float)) {
            float[] values = new float[Math.toIntExact(single.numel())];
            download(single, values.length, (p, n) -> new FloatPointer(p).get(values, 0, n));
            return values;
        }
    }

    long[] longs(Tensor x) {
        long[] values = new long[Math.toIntExact(x.numel())];
        download(x, values.length, (p, n) -> new LongPointer(p).get(values, 0, n));
        return values;
    }

    boolean[] booleans(Tensor x) {
        byte[] bytes = new byte[Math.toIntExact(x.numel())];
        download(x, bytes.length, (p, n) -> new BytePointer(p).get(bytes, 0, n));
        boolean[] values = new boolean[bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes[i] != 0;
        }
        return values;
    }

    private void download(Tensor x, int length, BiConsumer<Pointer, Integer> read) {
        if (length == 0) {
            return;
        }
        try (Tensor here = device.isHost() ? new Tensor(x) : device.download(x);
                Tensor dense = here.contiguous()) {
            read.accept(dense.data_ptr(), length);
        }
    }
}
