package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A state as bytes: names, element types, shapes and values, and nothing else. */
final class SavedState {
    private SavedState() {}

    static byte[] save(MemoryState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(state.tensors().size());
        for (Map.Entry<String, Tensor> entry : state.tensors().entrySet()) {
            Tensor tensor = entry.getValue();
            out.writeUTF(entry.getKey());
            out.writeUTF(tensor.dtype().name());
            out.writeInt(tensor.rank());
            for (long size : tensor.shape().toArray()) {
                out.writeLong(size);
            }
            writeValues(out, tensor);
        }
        return bytes.toByteArray();
    }

    private static void writeValues(DataOutputStream out, Tensor tensor) throws IOException {
        switch (tensor.dtype()) {
            case I64 -> {
                for (long value : tensor.toLongs()) {
                    out.writeLong(value);
                }
            }
            case BOOL -> {
                for (boolean value : tensor.toBooleans()) {
                    out.writeBoolean(value);
                }
            }
            default -> {
                for (double value : tensor.toDoubles()) {
                    out.writeDouble(value);
                }
            }
        }
    }

    static MemoryState load(byte[] saved, TensorBackend backend) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(saved));
        Map<String, Tensor> entries = new LinkedHashMap<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            String name = in.readUTF();
            DType dtype = DType.valueOf(in.readUTF());
            long[] sizes = new long[in.readInt()];
            for (int j = 0; j < sizes.length; j++) {
                sizes[j] = in.readLong();
            }
            entries.put(name, readValues(in, backend, dtype, Shape.of(sizes)));
        }
        return MemoryState.of(entries);
    }

    private static Tensor readValues(DataInputStream in, TensorBackend backend, DType dtype, Shape shape)
            throws IOException {
        int size = Math.toIntExact(shape.elements());
        switch (dtype) {
            case I64 -> {
                long[] values = new long[size];
                for (int i = 0; i < size; i++) {
                    values[i] = in.readLong();
                }
                return backend.tensor(values, shape);
            }
            case BOOL -> {
                boolean[] values = new boolean[size];
                for (int i = 0; i < size; i++) {
                    values[i] = in.readBoolean();
                }
                return backend.tensor(values, shape);
            }
            default -> {
                double[] values = new double[size];
                for (int i = 0; i < size; i++) {
                    values[i] = in.readDouble();
                }
                return backend.tensor(values, shape, dtype);
            }
        }
    }
}
