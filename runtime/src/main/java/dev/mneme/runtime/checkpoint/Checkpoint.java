package dev.mneme.runtime.checkpoint;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import dev.mneme.memory.MemoryState;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.model.ModelDescription;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One saved step of a run: a folder with {@code weights}, {@code optimizer} and {@code state} as safetensors, the
 * {@code model.json} that describes the model, {@code progress.json} and the checksums of all of them. It does not depend
 * on the engine that wrote it.
 */
public final class Checkpoint {
    static final String WEIGHTS = "weights.safetensors";
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String STATE = "state.safetensors";
    static final String MODEL = "model.json";
    static final String PROGRESS = "progress.json";
    static final List<String> FILES = List.of(WEIGHTS, OPTIMIZER, STATE, MODEL, PROGRESS);

    private final Path folder;
    private final Progress progress;
    private final ModelDescription model;

    private Checkpoint(Path folder, Progress progress, ModelDescription model) {
        this.folder = folder;
        this.progress = progress;
        this.model = model;
    }

    /**
     * Writes a checkpoint; the folder is there complete or not at all.
     *
     * @param folder to make; replaced if it exists
     * @param optimizer the optimizer's tensors by name
     * @param state carried into the next window; empty if none is
     * @throws MnemeException ({@code FILE_FAILED}) if it cannot be written
     */
    public static void save(
            Path folder, Model model, Map<String, Tensor> optimizer, MemoryState state, Progress progress) {
        Map<String, String> metadata = Map.of("format", "mneme", "memory", progress.memory());
        Map<String, Tensor> weights = new LinkedHashMap<>();
        model.parameters().forEach((path, parameter) -> weights.put(path, parameter.value()));
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("mneme_version", version());
        description.putAll(model.describe().toMap());
        AtomicFiles.writeFolder(folder, temporary -> {
            writeTensors(temporary.resolve(WEIGHTS), metadata, weights);
            writeTensors(temporary.resolve(OPTIMIZER), metadata, optimizer);
            writeTensors(temporary.resolve(STATE), metadata, state.tensors());
            writeJson(temporary.resolve(MODEL), description);
            writeJson(temporary.resolve(PROGRESS), progress);
            Checksums.write(temporary, FILES);
        });
    }

    /**
     * Opens a checkpoint and checks every byte of it.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) naming the file and what is wrong with it
     */
    public static Checkpoint open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new MnemeException(ErrorCode.CHECKPOINT_INVALID, folder + " is not a checkpoint: no such folder");
        }
        Checksums.verify(folder, FILES);
        Progress progress = readJson(folder.resolve(PROGRESS), Progress.class);
        Map<?, ?> description = readJson(folder.resolve(MODEL), Map.class);
        Map<String, Object> fields = new LinkedHashMap<>();
        description.forEach((key, value) -> fields.put(String.valueOf(key), value));
        return new Checkpoint(folder, progress, ModelDescription.fromMap(fields));
    }

    public Path folder() {
        return folder;
    }

    public Progress progress() {
        return progress;
    }

    /** Describes the model these weights belong to. */
    public ModelDescription model() {
        return model;
    }

    /**
     * Copies the weights into a model.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) naming the first differences if they belong to another model;
     *     the model is as it was before
     */
    public void loadWeights(Model target) {
        List<String> differences = target.describe().differences(model);
        if (!differences.isEmpty()) {
            throw new MnemeException(
                    ErrorCode.CHECKPOINT_INVALID,
                    "checkpoint " + folder + " belongs to another model. This model has "
                            + String.join("; ", differences.subList(0, Math.min(5, differences.size()))));
        }
        Map<String, Tensor> values = new LinkedHashMap<>();
        target.parameters().forEach((path, parameter) -> values.put(path, parameter.value()));
        load(WEIGHTS, values);
    }

    /**
     * Copies the optimizer's tensors into existing ones of the same names.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) as {@link #loadWeights}
     */
    public void loadOptimizer(Map<String, Tensor> targets) {
        load(OPTIMIZER, targets);
    }

    /**
     * The memory state that goes on into the next window.
     *
     * @return in the caller's scope
     */
    public MemoryState loadState(TensorBackend backend) {
        try (SafetensorsFile file = Safetensors.open(folder.resolve(STATE))) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            file.entries().keySet().forEach(name -> tensors.put(name, file.read(name, backend)));
            return MemoryState.of(tensors);
        }
    }

    private static String version() {
        String version = Checkpoint.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private void load(String name, Map<String, Tensor> targets) {
        Path path = folder.resolve(name);
        try (SafetensorsFile file = Safetensors.open(path)) {
            List<String> problems = mismatches(file, targets);
            if (!problems.isEmpty()) {
                throw new MnemeException(
                        ErrorCode.CHECKPOINT_INVALID,
                        path + " does not fit the model in " + problems.size() + " tensors, first "
                                + String.join("; ", problems.subList(0, Math.min(3, problems.size()))));
            }
            targets.forEach((tensorName, target) -> {
                TensorBackend backend = target.backend();
                try (TensorScope scope = backend.scope()) {
                    target.assign(file.read(tensorName, backend));
                }
            });
        }
    }

    private static List<String> mismatches(SafetensorsFile file, Map<String, Tensor> targets) {
        Map<String, SafetensorsFile.Entry> stored = file.entries();
        List<String> problems = new ArrayList<>();
        targets.forEach((name, target) -> {
            SafetensorsFile.Entry entry = stored.get(name);
            if (entry == null) {
                String nearest = stored.isEmpty()
                        ? ""
                        : "; nearest is "
                                + NearestName.sort(name, stored.keySet()).get(0);
                problems.add(name + " is missing" + nearest);
            } else if (entry.dtype() != target.dtype() || !entry.shape().equals(target.shape())) {
                problems.add(name + " is " + entry.dtype() + entry.shape() + ", expected " + target.dtype()
                        + target.shape());
            }
        });
        stored.keySet().stream()
                .filter(name -> !targets.containsKey(name))
                .forEach(name -> problems.add(name + " is not part of the model"));
        return problems;
    }

    private static void writeTensors(Path file, Map<String, String> metadata, Map<String, Tensor> tensors)
            throws IOException {
        try (OutputStream stream = Files.newOutputStream(file)) {
            Safetensors.write(stream, metadata, tensors);
        }
    }

    private static void writeJson(Path file, Object value) throws IOException {
        Files.writeString(file, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n");
    }

    private static <T> T readJson(Path file, Class<T> type) {
        try {
            T value = Json.MAPPER.readValue(file.toFile(), type);
            if (value == null) {
                throw new MnemeException(ErrorCode.CHECKPOINT_INVALID, file + " is empty");
            }
            return value;
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.CHECKPOINT_INVALID, file + " does not hold what it should: " + e.getMessage(), e);
        }
    }
}
