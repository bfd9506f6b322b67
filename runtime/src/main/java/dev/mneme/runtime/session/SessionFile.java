package dev.mneme.runtime.session;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StateSchema;
import dev.mneme.runtime.checkpoint.SafetensorsFile;
import dev.mneme.runtime.checkpoint.SealedSafetensors;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.TaskInfo;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sessions as files: safetensors with a checksum over every byte, bound to the model by its fingerprint. */
final class SessionFile {
    private static final String FORMAT = "mneme-session";
    private static final int VERSION = 1;
    private static final String STATE = "state.";
    private static final String NOTE = "note.";
    private static final String LOGITS = "stream.logits";
    private static final String UNFINISHED = "stream.unfinished";
    private static final String TOKENS_READ = "tokens_read";

    private final Model model;
    private final String fingerprint;

    /** Files of one model. */
    SessionFile(Model model, String fingerprint) {
        this.model = model;
        this.fingerprint = fingerprint;
    }

    /** What was saved. */
    record Content(StreamState state, Map<String, String> notes) {}

    /**
     * Writes a file; it is there complete or not at all.
     *
     * @throws MnemeException ({@code FILE_FAILED}) if it cannot be written
     */
    void write(Path file, StreamState state, Map<String, String> notes) {
        write(file, state, notes, VERSION);
    }

    void write(Path file, StreamState state, Map<String, String> notes, int version) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put("version", String.valueOf(version));
        metadata.put("memory", model.describe().memory());
        metadata.put("fingerprint", fingerprint);
        metadata.put("schema", schema().toString());
        metadata.put(TOKENS_READ, String.valueOf(state.tokensRead()));
        notes.forEach((key, value) -> metadata.put(NOTE + key, value));
        TensorBackend backend = model.backend();
        try (TensorScope scope = backend.scope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            state.memory().tensors().forEach((name, tensor) -> tensors.put(STATE + name, tensor));
            if (state.logits() != null) {
                tensors.put(LOGITS, backend.tensor(state.logits(), Shape.of(state.logits().length), logitsType()));
            }
            if (state.unfinished().length > 0) {
                tensors.put(UNFINISHED, backend.tensor(state.unfinished(), Shape.of(state.unfinished().length)));
            }
            SealedSafetensors.write(file, metadata, tensors);
        }
    }

    /**
     * Reads a file. Nothing of it is used before all of it is known to be good.
     *
     * @return the caller closes the state
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) if the file is not as it was written or no session;
     *     ({@code SESSION_MISMATCH}) if it is of another model or of a newer version
     */
    Content read(Path file) {
        try (SafetensorsFile stored = SealedSafetensors.open(file);
                TensorScope scope = model.backend().scope()) {
            Map<String, String> metadata = stored.metadata();
            checkOrigin(file, metadata);
            long tokensRead = tokensRead(file, metadata);
            checkEntries(file, stored.entries(), tokensRead);
            Map<String, Tensor> memory = new LinkedHashMap<>();
            schema().names().forEach(name -> memory.put(name, stored.read(STATE + name, model.backend())));
            long[] unfinished = stored.entries().containsKey(UNFINISHED)
                    ? stored.read(UNFINISHED, model.backend()).toLongs()
                    : new long[0];
            int vocabulary = task().vocabulary();
            if (Arrays.stream(unfinished).anyMatch(id -> id < 0 || id >= vocabulary)) {
                throw invalid(file, "holds tokens outside of the vocabulary");
            }
            double @Nullable [] logits = tokensRead == 0
                    ? null
                    : stored.read(LOGITS, model.backend()).toDoubles();
            Map<String, String> notes = new LinkedHashMap<>();
            metadata.forEach((key, value) -> {
                if (key.startsWith(NOTE)) {
                    notes.put(key.substring(NOTE.length()), value);
                }
            });
            return new Content(
                    new StreamState(MemoryState.of(memory).unscoped(), unfinished, logits, tokensRead), notes);
        }
    }

    private void checkOrigin(Path file, Map<String, String> metadata) {
        if (!FORMAT.equals(metadata.get("format"))) {
            throw invalid(file, "is no saved session: its format is " + metadata.get("format"));
        }
        String version = String.valueOf(metadata.get("version"));
        if (!version.equals(String.valueOf(VERSION))) {
            throw new MnemeException(
                    ErrorCode.SESSION_MISMATCH,
                    file + " was written by a newer version: its session format is " + version + ", this version reads "
                            + VERSION + ". Use the version that wrote it");
        }
        String memory = String.valueOf(metadata.get("memory"));
        String found = String.valueOf(metadata.get("fingerprint"));
        if (!found.equals(fingerprint)) {
            String name = model.describe().memory();
            throw new MnemeException(
                    ErrorCode.SESSION_MISMATCH,
                    file + " belongs to another model: "
                            + (memory.equals(name)
                                    ? "one with the same memory '" + name + "' but other settings or parameters"
                                    : "one with the memory '" + memory + "', this one has '" + name + "'")
                            + " (fingerprint " + shortened(found) + ", this model has " + shortened(fingerprint)
                            + "). Open the model it was saved with");
        }
        if (!schema().toString().equals(metadata.get("schema"))) {
            throw new MnemeException(
                    ErrorCode.SESSION_MISMATCH,
                    file + " was saved by another version of the memory '" + memory + "', whose state was "
                            + metadata.get("schema") + "; it is now " + schema());
        }
    }

    private static long tokensRead(Path file, Map<String, String> metadata) {
        try {
            long tokensRead = Long.parseLong(String.valueOf(metadata.get(TOKENS_READ)));
            if (tokensRead >= 0) {
                return tokensRead;
            }
        } catch (NumberFormatException e) {
            throw invalid(file, "does not say how many tokens were read: " + e.getMessage());
        }
        throw invalid(file, "says that fewer than no tokens were read");
    }

    private void checkEntries(Path file, Map<String, SafetensorsFile.Entry> entries, long tokensRead) {
        long unfinished = tokensRead % task().maxLength();
        Map<String, SafetensorsFile.Entry> left = new LinkedHashMap<>(entries);
        boolean fits = true;
        for (StateSchema.Entry expected : schema().entries()) {
            fits &= fits(left.remove(STATE + expected.name()), expected);
        }
        SafetensorsFile.Entry logits = left.remove(LOGITS);
        SafetensorsFile.Entry tokens = left.remove(UNFINISHED);
        fits &= tokensRead == 0 ? logits == null : isOf(logits, logitsType(), Shape.of(task().targetVocabulary()));
        fits &= unfinished == 0 ? tokens == null : isOf(tokens, DType.I64, Shape.of(unfinished));
        if (!fits || !left.isEmpty()) {
            throw invalid(file, "does not hold what a session of this model holds; it has " + entries);
        }
    }

    private static boolean fits(SafetensorsFile.@Nullable Entry entry, StateSchema.Entry expected) {
        Shape bound = expected.bound();
        if (entry == null
                || entry.dtype() != expected.dtype()
                || entry.shape().rank() != bound.rank() + 1
                || entry.shape().size(0) != 1) {
            return false;
        }
        boolean fits = true;
        for (int i = 0; i < bound.rank(); i++) {
            fits &= entry.shape().size(i + 1) <= bound.size(i);
        }
        return fits;
    }

    private static boolean isOf(SafetensorsFile.@Nullable Entry entry, DType dtype, Shape shape) {
        return entry != null && entry.dtype() == dtype && entry.shape().equals(shape);
    }

    private StateSchema schema() {
        return model.mechanism().memory().schema();
    }

    private TaskInfo task() {
        return model.describe().task();
    }

    /** Wide enough for what the model computes. */
    private DType logitsType() {
        return model.describe().dtype() == DType.F64 ? DType.F64 : DType.F32;
    }

    private static String shortened(String fingerprint) {
        return fingerprint.substring(0, Math.min(12, fingerprint.length()));
    }

    private static MnemeException invalid(Path file, String fault) {
        return new MnemeException(ErrorCode.CHECKPOINT_INVALID, file + " " + fault + ". Restore it from a copy");
    }
}
