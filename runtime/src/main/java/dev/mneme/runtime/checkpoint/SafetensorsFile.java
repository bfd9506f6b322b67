package dev.mneme.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An open safetensors file. Its header is not trusted: what it says is checked against the file's size before anything
 * is read or allocated. Values are read tensor by tensor at their place, so files may be larger than 2 GiB.
 */
public final class SafetensorsFile implements AutoCloseable {
    /** As in the format's reference implementation. */
    private static final long LONGEST_HEADER = 100_000_000;

    private static final int PIECE = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /**
     * One stored tensor.
     *
     * @param dtype element type
     * @param shape sizes
     * @param position of the first byte in the file
     */
    public record Entry(DType dtype, Shape shape, long position) {
        long bytes() {
            return shape.elements() * dtype.bytes();
        }
    }

    SafetensorsFile(Path file) {
        this.file = file;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw invalid("cannot be opened: " + e, e);
        }
        try {
            readHeader();
        } catch (IOException e) {
            close();
            throw invalid("cannot be read: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Free text by key. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** What is stored, by name, in the order of the header. */
    public Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /**
     * Copies one tensor to an engine.
     *
     * @return in the caller's scope
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) if there is none of this name
     */
    public Tensor read(String name, TensorBackend backend) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw invalid("holds no tensor '" + name + "'; " + NearestName.hint(name, entries.keySet()), null);
        }
        try {
            return read(entry, backend);
        } catch (IOException e) {
            throw invalid("cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw AtomicFiles.failed("close", file, e);
        }
    }

    private Tensor read(Entry entry, TensorBackend backend) throws IOException {
        int count = Math.toIntExact(entry.shape().elements());
        Pieces pieces = new Pieces(entry);
        switch (entry.dtype()) {
            case F64 -> {
                double[] values = new double[count];
                for (int i = 0; i < count; i++) {
                    values[i] = pieces.next(8).getDouble();
                }
                return backend.tensor(values, entry.shape(), DType.F64);
            }
            case I64 -> {
                long[] values = new long[count];
                for (int i = 0; i < count; i++) {
                    values[i] = pieces.next(8).getLong();
                }
                return backend.tensor(values, entry.shape());
            }
            case BOOL -> {
                boolean[] values = new boolean[count];
                for (int i = 0; i < count; i++) {
                    values[i] = pieces.next(1).get() != 0;
                }
                return backend.tensor(values, entry.shape());
            }
            default -> {
                return readFloats(entry, count, pieces, backend);
            }
        }
    }

    private static Tensor readFloats(Entry entry, int count, Pieces pieces, TensorBackend backend) throws IOException {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (entry.dtype()) {
                case BF16 -> Halves.fromBfloat16(pieces.next(2).getShort());
                case F16 -> Halves.fromFloat16(pieces.next(2).getShort());
                default -> pieces.next(4).getFloat();
            };
        }
        Tensor floats = backend.tensor(values, entry.shape());
        if (entry.dtype() == DType.F32) {
            return floats;
        }
        Tensor halves = floats.to(entry.dtype());
        floats.close();
        return halves;
    }

    private void readHeader() throws IOException {
        long size = channel.size();
        if (size < 8) {
            throw invalid("is truncated: expected at least 8 bytes, found " + size, null);
        }
        long length = readAt(0, 8).getLong();
        if (length < 2 || length > LONGEST_HEADER || length > size - 8) {
            throw invalid(
                    "is corrupt or truncated: its header claims " + length + " bytes, the file has " + size, null);
        }
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(readAt(8, (int) length).array());
        } catch (IOException e) {
            throw invalid("has a header that is not JSON", e);
        }
        if (root == null || !root.isObject()) {
            throw invalid("has a header that is not a JSON object", null);
        }
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (field.getKey().equals(Safetensors.METADATA)) {
                readMetadata(field.getValue());
            } else {
                entries.put(field.getKey(), entry(field.getKey(), field.getValue(), 8 + length, size));
            }
        }
        checkLayout(8 + length, size);
    }

    private void readMetadata(JsonNode node) {
        if (!node.isObject()) {
            throw invalid("has metadata that is not an object", null);
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!field.getValue().isTextual()) {
                throw invalid("has metadata '" + field.getKey() + "' that is not text", null);
            }
            metadata.put(field.getKey(), field.getValue().textValue());
        }
    }

    private Entry entry(String name, JsonNode node, long start, long size) {
        String type = node.path("dtype").asText();
        if (!Safetensors.typeNames().contains(type)) {
            throw invalid(
                    "tensor '" + name + "' has type '" + type + "'; supported are " + Safetensors.typeNames(), null);
        }
        DType dtype = DType.valueOf(type);
        long[] sizes = longs(name, "shape", node.path("shape"));
        long[] offsets = longs(name, "data_offsets", node.path("data_offsets"));
        if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > size - start) {
            throw invalid("tensor '" + name + "' lies outside of the file, which is corrupt or truncated", null);
        }
        long bytes = dtype.bytes();
        try {
            for (long one : sizes) {
                bytes = Math.multiplyExact(bytes, one);
            }
        } catch (ArithmeticException e) {
            throw invalid("tensor '" + name + "' claims more elements than a file can hold", e);
        }
        if (bytes != offsets[1] - offsets[0]) {
            throw invalid(
                    "tensor '" + name + "' of " + dtype + Shape.of(sizes) + " needs " + bytes
                            + " bytes, the header gives it " + (offsets[1] - offsets[0]),
                    null);
        }
        if (bytes / dtype.bytes() > Integer.MAX_VALUE - 8) {
            throw invalid("tensor '" + name + "' has more than 2^31 elements, which a host array cannot hold", null);
        }
        return new Entry(dtype, Shape.of(sizes), start + offsets[0]);
    }

    private long[] longs(String name, String key, JsonNode node) {
        if (!node.isArray()) {
            throw invalid("tensor '" + name + "' has no list '" + key + "'", null);
        }
        long[] values = new long[node.size()];
        for (int i = 0; i < values.length; i++) {
            JsonNode item = node.get(i);
            if (!item.isIntegralNumber() || !item.canConvertToLong() || item.longValue() < 0) {
                throw invalid("tensor '" + name + "' has '" + item + "' in '" + key + "'", null);
            }
            values[i] = item.longValue();
        }
        return values;
    }

    /** The format allows neither holes nor overlaps nor bytes after the last tensor. */
    private void checkLayout(long start, long size) {
        List<Map.Entry<String, Entry>> ordered = new ArrayList<>(entries.entrySet());
        ordered.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> e) -> e.getValue().position())
                .thenComparingLong(e -> e.getValue().bytes()));
        long end = start;
        for (Map.Entry<String, Entry> named : ordered) {
            if (named.getValue().position() != end) {
                throw invalid("tensor '" + named.getKey() + "' overlaps another one or leaves a hole before it", null);
            }
            end += named.getValue().bytes();
        }
        if (end != size) {
            throw invalid("has " + (size - end) + " bytes that belong to no tensor", null);
        }
    }

    private ByteBuffer readAt(long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw invalid("is truncated: it ends at byte " + (position + buffer.position()), null);
            }
        }
        return buffer.flip();
    }

    private MnemeException invalid(String fault, @Nullable Throwable cause) {
        return new MnemeException(ErrorCode.CHECKPOINT_INVALID, file + " " + fault, cause);
    }

    /** The bytes of one tensor, a megabyte at a time. */
    private final class Pieces {
        private ByteBuffer buffer = ByteBuffer.allocate(0);
        private long position;
        private long left;

        Pieces(Entry entry) {
            position = entry.position();
            left = entry.bytes();
        }

        ByteBuffer next(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                int length = (int) Math.min(PIECE, left);
                buffer = readAt(position, length);
                position += length;
                left -= length;
            }
            return buffer;
        }
    }
}
