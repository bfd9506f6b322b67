package dev.mneme.runtime.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The safetensors format: 8 bytes header length (little-endian), a JSON header of names, types, shapes and offsets, then
 * the values, row-major and little-endian. Values pass through the host one tensor at a time.
 */
public final class Safetensors {
    static final String METADATA = "__metadata__";
    private static final int PIECE = 1 << 20;

    private Safetensors() {}

    /**
     * Writes a file, atomically.
     *
     * @param metadata free text by key
     * @param tensors in the order they are stored
     * @throws dev.mneme.error.MnemeException ({@code FILE_FAILED}) if the file cannot be written
     */
    public static void write(Path file, Map<String, String> metadata, Map<String, ? extends Tensor> tensors) {
        AtomicFiles.write(file, stream -> write(stream, metadata, tensors));
    }

    /**
     * Opens a file; the caller closes it.
     *
     * @throws dev.mneme.error.MnemeException ({@code CHECKPOINT_INVALID}) naming file and fault if it is not well-formed
     */
    public static SafetensorsFile open(Path file) {
        return new SafetensorsFile(file);
    }

    static void write(OutputStream stream, Map<String, String> metadata, Map<String, ? extends Tensor> tensors)
            throws IOException {
        byte[] header = header(metadata, tensors);
        stream.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .array());
        stream.write(header);
        for (Tensor tensor : tensors.values()) {
            writeValues(stream, tensor);
        }
    }

    /** Bytes of the file that {@link #write} makes. */
    static long size(Map<String, String> metadata, Map<String, ? extends Tensor> tensors)
            throws JsonProcessingException {
        return 8
                + header(metadata, tensors).length
                + tensors.values().stream()
                        .mapToLong(tensor ->
                                tensor.shape().elements() * tensor.dtype().bytes())
                        .sum();
    }

    private static byte[] header(Map<String, String> metadata, Map<String, ? extends Tensor> tensors)
            throws JsonProcessingException {
        ObjectNode root = Json.MAPPER.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = root.putObject(METADATA);
            metadata.forEach(node::put);
        }
        long offset = 0;
        for (Map.Entry<String, ? extends Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            long bytes = tensor.shape().elements() * tensor.dtype().bytes();
            ObjectNode node = root.putObject(entry.getKey());
            node.put("dtype", tensor.dtype().name());
            ArrayNode shape = node.putArray("shape");
            Arrays.stream(tensor.shape().toArray()).forEach(shape::add);
            node.putArray("data_offsets").add(offset).add(offset + bytes);
            offset += bytes;
        }
        byte[] json = Json.MAPPER.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
        // Values start at a multiple of 8 bytes; the format pads its header with blanks.
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    /** The types this format and the engines share. */
    static List<String> typeNames() {
        return Arrays.stream(DType.values()).map(DType::name).toList();
    }

    private static void writeValues(OutputStream stream, Tensor tensor) throws IOException {
        Pieces pieces = new Pieces(stream);
        switch (tensor.dtype()) {
            case F32 -> {
                for (float value : tensor.toFloats()) {
                    pieces.room(4).putFloat(value);
                }
            }
            case F64 -> {
                for (double value : tensor.toDoubles()) {
                    pieces.room(8).putDouble(value);
                }
            }
            case BF16 -> {
                for (float value : tensor.toFloats()) {
                    pieces.room(2).putShort(Halves.toBfloat16(value));
                }
            }
            case F16 -> {
                for (float value : tensor.toFloats()) {
                    pieces.room(2).putShort(Halves.toFloat16(value));
                }
            }
            case I64 -> {
                for (long value : tensor.toLongs()) {
                    pieces.room(8).putLong(value);
                }
            }
            case BOOL -> {
                for (boolean value : tensor.toBooleans()) {
                    pieces.room(1).put((byte) (value ? 1 : 0));
                }
            }
        }
        pieces.flush();
    }

    /** Collects values into pieces of a megabyte. */
    private static final class Pieces {
        private final ByteBuffer buffer = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
        private final OutputStream stream;

        Pieces(OutputStream stream) {
            this.stream = stream;
        }

        ByteBuffer room(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                flush();
            }
            return buffer;
        }

        void flush() throws IOException {
            stream.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
    }
}
