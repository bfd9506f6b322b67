package dev.mneme.cli.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.cli.console.Console;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.AtomicFiles;
import dev.mneme.runtime.checkpoint.RunFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The runs of a comparison on disk: a folder each below {@code cells/}, named by the run's key. It has {@code cell.json},
 * what was asked for; what training writes; and once the run is finished {@code result.json}.
 */
public final class CellStore {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RESULT = "result.json";

    private final Path folder;

    /** @param folder of the comparison */
    public CellStore(Path folder) {
        this.folder = folder;
    }

    /** Of the comparison. */
    public Path folder() {
        return folder;
    }

    Path folder(PlannedCell cell) {
        return folder.resolve("cells").resolve(cell.key());
    }

    /** The configuration as {@code --config} takes it. */
    Path configuration(PlannedCell cell) {
        return folder(cell).resolve("cell.json");
    }

    /** The record of its training steps and evaluations. */
    Path metrics(PlannedCell cell) {
        return folder(cell).resolve("metrics.jsonl");
    }

    /** Makes the folder and writes the configuration. */
    void prepare(PlannedCell cell) {
        RunFolder.create(folder(cell));
        write(configuration(cell), cell.config().toJson());
    }

    /** Whether it can go on from a checkpoint. */
    boolean hasCheckpoint(PlannedCell cell) {
        return Files.isDirectory(folder(cell))
                && !RunFolder.create(folder(cell)).steps().isEmpty();
    }

    /**
     * The result of a finished run.
     *
     * @throws MnemeException ({@code FILE_FAILED}) if there is one that cannot be read
     */
    Optional<CellOutcome.Finished> find(PlannedCell cell) {
        Path file = folder(cell).resolve(RESULT);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode json = JSON.readTree(file.toFile());
            return Optional.of(
                    CellOutcome.Finished.of(json, json.path("resumed").asBoolean()));
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    "cannot read the result of " + cell.name() + ", " + file + ": " + e.getMessage()
                            + ". Delete it to run this again",
                    e);
        }
    }

    void save(PlannedCell cell, CellOutcome.Finished outcome) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("name", cell.name());
        content.put("seed", cell.seed());
        content.putAll(outcome.toMap());
        content.put("config", cell.config().toMap());
        write(folder(cell).resolve(RESULT), Console.toJson(content) + "\n");
    }

    private static void write(Path file, String text) {
        AtomicFiles.write(file, stream -> stream.write(text.getBytes(StandardCharsets.UTF_8)));
    }
}
