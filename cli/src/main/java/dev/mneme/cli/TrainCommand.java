package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.console.TextTable;
import dev.mneme.cli.inspect.Specimen;
import dev.mneme.cli.run.DeviceFigures;
import dev.mneme.cli.run.RunRecord;
import dev.mneme.cli.run.RunReport;
import dev.mneme.cli.run.RunSummary;
import dev.mneme.cli.run.SpeedListener;
import dev.mneme.cli.run.TrainProgress;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.TrainResult;
import dev.mneme.runtime.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Trains a model. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Train a memory mechanism on a task and write checkpoints, a record and a report.",
        footer = {
            "",
            "Examples:",
            "  mneme train --memory memory-transformer --task reverse --steps 400 --out runs/reverse",
            "  mneme train --memory none --task text --set model.dim=256 --set train.lr=5e-4 --out runs/book",
            "  mneme train --config experiment.yaml --seed 1 --out runs/seed-1",
            "  mneme train --memory memformer --task text --precision bf16 --out runs/book-bf16",
            "  mneme train --resume --out runs/book --steps 5000",
            "  mneme train --memory none --task segment-copy --set task.segments=4 --steps 2000 \\",
            "      --set 'curriculum=[{steps: 500, task: {segments: 2}}, {steps: 500, task: {segments: 3}}]'",
            "",
            "Keys for --set: 'mneme memories' lists memory.*, 'mneme tasks' lists task.*; model.* and train.* are in a",
            "run's config.json."
        })
final class TrainCommand extends MnemeCommand {
    private static final int SAMPLES = 6;

    @Option(names = "--memory", paramLabel = "NAME", description = "Memory mechanism (default: none).")
    @Nullable String memory;

    @Option(names = "--task", paramLabel = "NAME", description = "Task to train on.")
    @Nullable String task;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "YAML or JSON file with any of the settings.")
    @Nullable Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One setting; wins over the file. Repeatable.")
    List<String> assignments = new ArrayList<>();

    @Option(names = "--steps", paramLabel = "N", description = "Optimizer steps; short for --set train.steps=N.")
    @Nullable Long steps;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of parameters and data (default: 0).")
    @Nullable Long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder of the run (default: a new one in runs/).")
    @Nullable Path out;

    @Option(names = "--resume", description = "Go on from the newest checkpoint in the folder of the run.")
    boolean resume;

    @Option(
            names = "--end-with-parent",
            hidden = true,
            description = "Save and stop when the process that started this one has ended.")
    boolean endWithParent;

    @Option(names = "--no-report", description = "Do not write report.html.")
    boolean noReport;

    @Mixin
    PrecisionOption precision;

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) throws Exception {
        if (resume && out == null) {
            throw new ParameterException(
                    spec.commandLine(), "--resume needs --out, the folder of the run to go on with");
        }
        return Runs.with(runtime, this::load, (mneme, loaded) -> train(console, mneme, loaded));
    }

    private RunConfig load(Mneme mneme) {
        Path file = config;
        if (resume && out != null && config == null && Files.exists(out.resolve("config.json"))) {
            file = out.resolve("config.json");
        }
        return mneme.configurations().load(file, flags(), assignments);
    }

    private Map<String, Object> flags() {
        Map<String, Object> flags = new LinkedHashMap<>();
        put(flags, "memory", memory);
        put(flags, "task", task);
        put(flags, "steps", steps);
        put(flags, "seed", seed);
        put(flags, "backend", runtime.backend);
        flags.putAll(precision.flags());
        return flags;
    }

    private static void put(Map<String, Object> flags, String key, @Nullable Object value) {
        if (value != null) {
            flags.put(key, value);
        }
    }

    private boolean train(Console console, Mneme mneme, RunConfig loaded) throws Exception {
        // Before the folder: data that cannot be read must not leave an empty one behind.
        try (TrainingRun run = mneme.newRun(loaded)) {
            return train(console, mneme, run);
        }
    }

    private boolean train(Console console, Mneme mneme, TrainingRun run) throws Exception {
        RunConfig loaded = run.config();
        Path path = out != null ? out : Runs.newFolder(loaded.task() + "-" + loaded.memory());
        RunFolder folder = RunFolder.create(path);
        try (AutoCloseable log = Logging.toFolder(path);
                LiveLine line = console.progress()) {
            line.note(String.format(
                    "%s on %s: %s parameters, %s, engine %s (%s)",
                    loaded.memory(),
                    loaded.task(),
                    Quantity.count(run.parameterCount()),
                    loaded.train().precision().key(),
                    mneme.backend().info().name(),
                    mneme.engine().reason()));
            SpeedListener speeds = new SpeedListener();
            TrainProgress progress = new TrainProgress(loaded.memory(), line);
            Trainer trainer = run.trainer(folder, TrainListener.all(speeds, progress));
            if (endWithParent) {
                ProcessHandle.current()
                        .parent()
                        .ifPresent(parent -> parent.onExit().thenRun(trainer::requestStop));
            }
            try (StopOnInterrupt stop = new StopOnInterrupt(trainer)) {
                TrainResult result = resume ? trainer.resume() : trainer.train();
                line.close();
                report(console, mneme, run, folder, result, RunSummary.of(run, result, speeds));
            }
            return true;
        }
    }

    private void report(
            Console console, Mneme mneme, TrainingRun run, RunFolder folder, TrainResult result, RunSummary summary) {
        Map<String, Object> json = summary.toMap();
        json.put("reason", result.reason().name().toLowerCase(java.util.Locale.ROOT));
        json.put("run", folder.path().toString());
        json.put("engine", mneme.backend().info().name());
        json.put("precision", run.model().backend().precision().key());
        json.putAll(DeviceFigures.toMap(mneme.backend()));
        if (result.reason() == TrainResult.Reason.REQUESTED) {
            console.say(
                    "Stopped at step " + result.step() + ". Go on with: mneme train --resume --out " + folder.path());
            console.result(json);
            return;
        }
        say(console, summary);
        DeviceFigures.sentence(mneme.backend()).ifPresent(console::say);
        if (!noReport) {
            Path file = Runs.writeReport(
                    folder.path(),
                    RunReport.page(
                            run.config(),
                            RunRecord.read(folder.metrics()),
                            summary,
                            mneme.backend().info(),
                            new Specimen(run.model(), run.task(), SAMPLES)));
            console.say("report: " + file);
            json.put("report", file.toString());
        }
        console.result(json);
    }

    private static void say(Console console, RunSummary summary) {
        TextTable table = new TextTable("test metric", "value");
        summary.metrics().values().forEach((name, value) -> table.row(name, Quantity.number(value)));
        console.say(table);
        console.say(String.format(
                "%d steps in %s, %s tokens/s, %s parameters, at most %s of memory",
                summary.steps(),
                Quantity.duration(java.time.Duration.ofMillis((long) (summary.seconds() * 1000))),
                Quantity.count(summary.tokensPerSecond()),
                Quantity.count(summary.parameters()),
                Quantity.bytes(summary.peakBytes())));
    }
}
