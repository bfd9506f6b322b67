package dev.mneme.tck.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** One safetensors file of golden vectors, read into memory. */
public final class GoldenFile {
    /** System property: a folder with more files than the test's own. */
    public static final String DIRECTORY_PROPERTY = "mneme.golden.dir";

    private static final String SUFFIX = ".safetensors";
    private static final String METADATA = "__metadata__";

    private record Entry(DType dtype, Shape shape, ByteBuffer bytes) {}

    private final String name;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private GoldenFile(String name) {
        this.name = name;
    }

    /**
     * The files of one mechanism: those in the folder {@code golden} of the test resources, and those in the
     * folder that {@link #DIRECTORY_PROPERTY} names, if it is set.
     *
     * @param test a class of the module whose test resources hold the folder
     * @throws MnemeException ({@code FILE_FAILED}) if a folder is missing or the test resources hold no file of this
     *     mechanism
     */
    public static List<GoldenFile> ofMechanism(String mechanism, Class<?> test) {
        Path resources = resourceFolder(test);
        List<GoldenFile> files = new ArrayList<>(inFolder(mechanism, resources));
        if (files.isEmpty()) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED, "golden vectors: no file of mechanism " + mechanism + " in " + resources);
        }
        String more = System.getProperty(DIRECTORY_PROPERTY, "");
        if (!more.isEmpty()) {
            files.addAll(inFolder(mechanism, Path.of(more)));
        }
        return files;
    }

    private static Path resourceFolder(Class<?> test) {
        URL folder = test.getResource("/golden");
        if (folder == null) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    "golden vectors: expected a folder golden in the test resources of " + test.getName());
        }
        try {
            return Path.of(folder.toURI());
        } catch (URISyntaxException e) {
            throw new MnemeException(ErrorCode.FILE_FAILED, "golden vectors: cannot list " + folder, e);
        }
    }

    private static List<GoldenFile> inFolder(String mechanism, Path folder) {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.filter(path -> path.toString().endsWith(SUFFIX))
                    .sorted()
                    .map(GoldenFile::read)
                    .filter(file -> mechanism.equals(file.metadata.get("mechanism")))
                    .toList();
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.FILE_FAILED, "golden vectors: cannot list " + folder, e);
        }
    }

    /**
     * Reads a file.
     *
     * @throws MnemeException ({@code FILE_FAILED}) if it cannot be read or is not a safetensors file
     */
    public static GoldenFile read(Path path) {
        GoldenFile file = new GoldenFile(path.getFileName().toString());
        try {
            file.parse(ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new MnemeException(ErrorCode.FILE_FAILED, "golden vectors: cannot read " + path + ": " + e, e);
        }
        return file;
    }

    private void parse(ByteBuffer file) throws IOException {
        int headerLength = Math.toIntExact(file.getLong(0));
        byte[] header = new byte[headerLength];
        file.get(Long.BYTES, header);
        JsonNode root = new ObjectMapper().readTree(header);
        root.path(METADATA)
                .properties()
                .forEach(field -> metadata.put(field.getKey(), field.getValue().asText()));
        int start = Long.BYTES + headerLength;
        root.properties().forEach(field -> {
            if (!field.getKey().equals(METADATA)) {
                entries.put(field.getKey(), entry(field.getValue(), file, start));
            }
        });
    }

    private static Entry entry(JsonNode description, ByteBuffer file, int start) {
        JsonNode dims = description.get("shape");
        long[] sizes = new long[dims.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = dims.get(i).asLong();
        }
        Shape shape = Shape.of(sizes);
        DType dtype = DType.valueOf(description.get("dtype").asText());
        int from = description.get("data_offsets").get(0).asInt();
        int to = description.get("data_offsets").get(1).asInt();
        if (to - from != shape.elements() * dtype.bytes()) {
            throw new IllegalArgumentException(to - from + " bytes for " + dtype + shape);
        }
        return new Entry(dtype, shape, file.slice(start + from, to - from).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** The value of the metadata key {@code case}. */
    public String caseName() {
        return metadata("case");
    }

    /**
     * A metadata value.
     *
     * @throws IllegalArgumentException if there is no such key
     */
    public String metadata(String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new IllegalArgumentException(name + " has no metadata key " + key + "; there is " + metadata);
        }
        return value;
    }

    /** A metadata value that is an integer. */
    public int size(String key) {
        return Integer.parseInt(metadata(key));
    }

    /** Names of all tensors, in the order of the header. */
    public Set<String> names() {
        return entries.keySet();
    }

    public Shape shape(String tensor) {
        return entry(tensor).shape();
    }

    /** The values of a numeric tensor, row-major. */
    public double[] doubles(String tensor) {
        Entry entry = entry(tensor);
        double[] values = new double[Math.toIntExact(entry.shape().elements())];
        switch (entry.dtype()) {
            case F64 -> entry.bytes().asDoubleBuffer().get(0, values);
            case F32 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = entry.bytes().getFloat(i * Float.BYTES);
                }
            }
            case I64 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = entry.bytes().getLong(i * Long.BYTES);
                }
            }
            default -> throw new IllegalArgumentException(name + ": " + tensor + " is " + entry.dtype());
        }
        return values;
    }

    /** Copies a tensor to an engine; floating-point ones take the given type, I64 and BOOL keep theirs. */
    public Tensor load(String tensor, TensorBackend backend, DType floating) {
        Entry entry = entry(tensor);
        int count = Math.toIntExact(entry.shape().elements());
        return switch (entry.dtype()) {
            case I64 -> {
                long[] values = new long[count];
                entry.bytes().asLongBuffer().get(0, values);
                yield backend.tensor(values, entry.shape());
            }
            case BOOL -> {
                boolean[] values = new boolean[count];
                for (int i = 0; i < count; i++) {
                    values[i] = entry.bytes().get(i) != 0;
                }
                yield backend.tensor(values, entry.shape());
            }
            default -> backend.tensor(doubles(tensor), entry.shape(), floating);
        };
    }

    private Entry entry(String tensor) {
        Entry entry = entries.get(tensor);
        if (entry == null) {
            throw new IllegalArgumentException(name + " has no tensor " + tensor + "; there is " + entries.keySet());
        }
        return entry;
    }

    /** The file's name; names test cases. */
    @Override
    public String toString() {
        return name;
    }
}
