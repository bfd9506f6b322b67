package dev.mneme.backend.nd4j;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;

/** Whole arrays between Java and native memory, one copy each. */
final class HostTransfer {
    private final Libnd4j library;

    HostTransfer(Libnd4j library) {
        this.library = library;
    }

    Nd4jArray fromDoubles(double[] values, Shape shape, DType dtype) {
        if (dtype == DType.F32) {
            return fromFloats(toFloats(values), shape);
        }
        Nd4jArray out = library.allocate(shape, dtype);
        if (!out.isEmpty()) {
            new DoublePointer(out.data()).put(values);
        }
        return out;
    }

    Nd4jArray fromFloats(float[] values, Shape shape) {
        Nd4jArray out = library.allocate(shape, DType.F32);
        if (!out.isEmpty()) {
            new FloatPointer(out.data()).put(values);
        }
        return out;
    }

    Nd4jArray fromLongs(long[] values, Shape shape) {
        Nd4jArray out = library.allocate(shape, DType.I64);
        if (!out.isEmpty()) {
            new LongPointer(out.data()).put(values);
        }
        return out;
    }

    Nd4jArray fromBooleans(boolean[] values, Shape shape) {
        Nd4jArray out = library.allocate(shape, DType.BOOL);
        if (!out.isEmpty()) {
            byte[] truths = new byte[values.length];
            for (int i = 0; i < values.length; i++) {
                truths[i] = (byte) (values[i] ? 1 : 0);
            }
            new BytePointer(out.data()).put(truths);
        }
        return out;
    }

    double[] toDoubles(Nd4jArray x) {
        double[] values = new double[x.hostLength()];
        if (x.isEmpty()) {
            return values;
        }
        switch (x.dtype()) {
            case F64 -> new DoublePointer(x.data()).get(values);
            case F32 -> {
                float[] floats = toFloats(x);
                for (int i = 0; i < values.length; i++) {
                    values[i] = floats[i];
                }
            }
            default -> {
                long[] longs = toLongs(x);
                for (int i = 0; i < values.length; i++) {
                    values[i] = longs[i];
                }
            }
        }
        return values;
    }

    float[] toFloats(Nd4jArray x) {
        float[] values = new float[x.hostLength()];
        if (!x.isEmpty()) {
            new FloatPointer(x.data()).get(values);
        }
        return values;
    }

    long[] toLongs(Nd4jArray x) {
        long[] values = new long[x.hostLength()];
        if (!x.isEmpty()) {
            new LongPointer(x.data()).get(values);
        }
        return values;
    }

    boolean[] toBooleans(Nd4jArray x) {
        boolean[] values = new boolean[x.hostLength()];
        if (!x.isEmpty()) {
            byte[] truths = new byte[values.length];
            new BytePointer(x.data()).get(truths);
            for (int i = 0; i < values.length; i++) {
                values[i] = truths[i] != 0;
            }
        }
        return values;
    }

    static float[] toFloats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
