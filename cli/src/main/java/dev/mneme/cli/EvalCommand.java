package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.console.TextTable;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.runtime.evaluate.ProcessMemory;
import dev.mneme.task.Split;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Evaluates a trained model. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Evaluate a trained model, on its own task or on another that fits it.",
        footer = {
            "",
            "Examples:",
            "  mneme eval --model runs/reverse",
            "  mneme eval --model runs/broadcast --set memory.kept_slots=1",
            "  mneme eval --model runs/segment-copy --set task.segments=8",
            "  mneme eval --model runs/book-bf16 --precision f32",
            "  mneme eval --model runs/book --task text --set task.path=other.txt --json"
        })
final class EvalCommand extends MnemeCommand {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of the run.")
    Path model;

    @Option(names = "--task", paramLabel = "NAME", description = "Task (default: the one it was trained on).")
    @Nullable String task;

    @Option(
            names = "--split",
            defaultValue = "TEST",
            paramLabel = "SPLIT",
            description = "test or validation (default: test).")
    Split split;

    @Mixin
    RunChanges changes;

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) throws Exception {
        Map<String, Object> flags = new LinkedHashMap<>();
        if (task != null) {
            flags.put("task", task);
        }
        return Runs.with(
                runtime,
                mneme -> changes.load(mneme, model, flags),
                (mneme, config) -> evaluate(console, mneme, config));
    }

    private boolean evaluate(Console console, Mneme mneme, RunConfig config) {
        if (split == Split.TRAIN) {
            throw Failures.invalid("--split train has no end and cannot be evaluated; choose test or validation");
        }
        try (TrainingRun run = Runs.trained(mneme, model, config)) {
            Metrics metrics = run.evaluate(split);
            TextTable table = new TextTable(split.name().toLowerCase(Locale.ROOT) + " metric", "value");
            metrics.values().forEach((name, value) -> table.row(name, Quantity.number(value)));
            console.say(table);
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("metrics", metrics.values());
            result.put("loss", metrics.loss());
            result.put("split", split.name().toLowerCase(Locale.ROOT));
            result.put("parameters", run.parameterCount());
            result.put("peak_rss_bytes", ProcessMemory.peakBytes());
            result.put("engine", mneme.backend().info().name());
            result.put("precision", run.model().backend().precision().key());
            console.result(result);
            return true;
        }
    }
}
