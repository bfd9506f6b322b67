package dev.mneme.runtime.checkpoint;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a run: {@code config.json}, {@code metrics.jsonl} and {@code checkpoints/step-00001000} and so on. What
 * is there is found by looking; no file points at another.
 */
public final class RunFolder {
    private static final Pattern STEP = Pattern.compile("step-(\\d{8,18})");

    private final Path path;

    private RunFolder(Path path) {
        this.path = path;
    }

    /**
     * A run folder, made if it does not exist.
     *
     * @throws MnemeException ({@code FILE_FAILED}) if it cannot be made
     */
    public static RunFolder create(Path path) {
        RunFolder folder = new RunFolder(path);
        try {
            Files.createDirectories(folder.checkpoints());
        } catch (IOException e) {
            throw AtomicFiles.failed("create", path, e);
        }
        return folder;
    }

    /**
     * An existing run folder.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) if there is none
     */
    public static RunFolder open(Path path) {
        if (!Files.isRegularFile(path.resolve("config.json"))) {
            throw new MnemeException(
                    ErrorCode.CHECKPOINT_INVALID,
                    path + " is not the folder of a run: it has no config.json. Give the folder that training wrote");
        }
        return new RunFolder(path);
    }

    public Path path() {
        return path;
    }

    /** One JSON object a line: every logged step and evaluation. */
    public Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    public Path checkpoints() {
        return path.resolve("checkpoints");
    }

    /** Where the checkpoint of a step is, or would be. */
    public Path checkpoint(long step) {
        return checkpoints().resolve(String.format("step-%08d", step));
    }

    /**
     * Writes {@code config.json}.
     *
     * @param content what the run was started with; JSON-able
     */
    public void writeConfig(Map<String, ?> content) {
        AtomicFiles.write(path.resolve("config.json"), stream -> {
            stream.write(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
            stream.write('\n');
        });
    }

    /**
     * Reads {@code config.json}.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) if it is missing or not a JSON object
     */
    public Map<String, Object> readConfig() {
        Path file = path.resolve("config.json");
        try {
            Map<?, ?> read = Json.MAPPER.readValue(file.toFile(), Map.class);
            Map<String, Object> content = new LinkedHashMap<>();
            read.forEach((key, value) -> content.put(String.valueOf(key), value));
            return content;
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.CHECKPOINT_INVALID, file + " cannot be read as JSON: " + e.getMessage(), e);
        }
    }

    /** Steps that have a complete checkpoint, ascending. */
    public List<Long> steps() {
        if (!Files.isDirectory(checkpoints())) {
            return List.of();
        }
        try {
            return AtomicFiles.list(checkpoints()).stream()
                    .filter(Files::isDirectory)
                    .map(folder -> STEP.matcher(folder.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(matcher -> Long.parseLong(matcher.group(1)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw AtomicFiles.failed("list", checkpoints(), e);
        }
    }

    /**
     * The newest checkpoint.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) if it is corrupt
     */
    public Optional<Checkpoint> latest() {
        List<Long> steps = steps();
        return steps.isEmpty()
                ? Optional.empty()
                : Optional.of(Checkpoint.open(checkpoint(steps.get(steps.size() - 1))));
    }

    /**
     * The checkpoint with the lowest validation loss, as the newest one knows it; the newest one where nothing was
     * evaluated.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) if it is corrupt
     */
    public Optional<Checkpoint> best() {
        return latest().map(latest -> {
            long best = latest.progress().bestStep();
            return best == 0 || best == latest.progress().step() || !steps().contains(best)
                    ? latest
                    : Checkpoint.open(checkpoint(best));
        });
    }

    /**
     * The checkpoint whose weights training ended with: the best one where the run had patience, else the newest.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) if there is none, or if it or {@code config.json} is corrupt
     */
    public Checkpoint trained() {
        return (hadPatience() ? best() : latest())
                .orElseThrow(() -> new MnemeException(
                        ErrorCode.CHECKPOINT_INVALID,
                        path + " has no checkpoint: training did not come that far. Resume the training"));
    }

    private boolean hadPatience() {
        return readConfig().get("train") instanceof Map<?, ?> train
                && train.get("patience") instanceof Number patience
                && patience.longValue() > 0;
    }

    /** Deletes all but the newest checkpoints and the best one. */
    public void prune(int keep, long bestStep) {
        List<Long> steps = steps();
        for (long step : steps.subList(0, Math.max(0, steps.size() - Math.max(1, keep)))) {
            if (step != bestStep) {
                AtomicFiles.deleteFolder(checkpoint(step));
            }
        }
    }

    /** Deletes the checkpoints after a step: a run that goes on from there makes them anew. */
    public void deleteAfter(long step) {
        steps().stream().filter(later -> later > step).forEach(later -> AtomicFiles.deleteFolder(checkpoint(later)));
    }

    /** Removes what a process that died left unfinished. Only under {@link #lock}. */
    public void deleteLeftovers() {
        AtomicFiles.deleteLeftovers(path);
        AtomicFiles.deleteLeftovers(checkpoints());
    }

    /**
     * Makes sure that one process at a time writes here. The operating system releases the lock when a process dies.
     *
     * @return closes to release
     * @throws MnemeException ({@code FILE_FAILED}) if another process is writing
     */
    public Lock lock() {
        Path file = path.resolve("run.lock");
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new MnemeException(
                        ErrorCode.FILE_FAILED,
                        "another process is training in " + path + ". Wait for it, or train in another folder");
            }
            return new Lock(file, channel);
        } catch (IOException e) {
            throw AtomicFiles.failed("lock", file, e);
        }
    }

    /** The right to write into a run folder. */
    public static final class Lock implements AutoCloseable {
        private final Path file;
        private final FileChannel channel;

        private Lock(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw AtomicFiles.failed("unlock", file, e);
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // This process holds it already.
        }
    }
}
