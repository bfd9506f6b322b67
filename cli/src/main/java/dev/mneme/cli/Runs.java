package dev.mneme.cli;

import dev.mneme.cli.report.Page;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.MnemeOptions;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.checkpoint.AtomicFiles;
import dev.mneme.runtime.checkpoint.Checkpoint;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.engine.EngineRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Run folders as commands use them. */
final class Runs {
    static final String REPORT = "report.html";

    private Runs() {}

    /** {@code runs/NAME-20260131-235959} in the current folder. */
    static Path newFolder(String name) {
        return Path.of("runs", name + "-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")));
    }

    /** Writes a page into a run folder and returns its path. */
    static Path writeReport(Path folder, Page page) {
        Path file = folder.resolve(REPORT);
        AtomicFiles.write(file, stream -> stream.write(page.render().getBytes(StandardCharsets.UTF_8)));
        return file.toAbsolutePath().normalize();
    }

    /** Opens the runtime with the engine that the configuration names, unless the command line named one. */
    static <T> T with(RuntimeOptions runtime, Function<Mneme, RunConfig> load, Body<T> body) throws Exception {
        MnemeOptions options = runtime.resolve();
        RunConfig config;
        try (Mneme mneme = Mneme.open(options)) {
            config = load.apply(mneme);
            if (runtime.backend != null) {
                return body.run(mneme, config.withBackend(runtime.backend));
            }
            if (config.backend().equals(EngineRegistry.AUTO)) {
                return body.run(mneme, config);
            }
        }
        try (Mneme mneme = Mneme.open(options.withBackend(config.backend()))) {
            return body.run(mneme, config);
        }
    }

    /** What is done with an open runtime and a configuration. */
    @FunctionalInterface
    interface Body<T> {
        T run(Mneme mneme, RunConfig config) throws Exception;
    }

    /** The configuration of a trained run with changes, without its curriculum, which is over. */
    static RunConfig load(Mneme mneme, Path folder, Map<String, ?> flags, List<String> assignments) {
        List<String> last = new ArrayList<>(assignments);
        last.add("curriculum=[]");
        return mneme.configurations().load(RunFolder.open(folder).path().resolve("config.json"), flags, last);
    }

    /** A trained model with its task, and with settings that may differ from those of training. */
    static TrainingRun trained(Mneme mneme, Path folder, RunConfig config) {
        Checkpoint checkpoint = RunFolder.open(folder).trained();
        TrainingRun trained = mneme.newRun(config);
        try {
            trained.load(checkpoint);
            return trained;
        } catch (RuntimeException e) {
            trained.close();
            throw e;
        }
    }
}
