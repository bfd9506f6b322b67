package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.console.TextTable;
import dev.mneme.cli.experiment.Experiment;
import dev.mneme.cli.experiment.ExperimentReport;
import dev.mneme.cli.experiment.ExperimentResult;
import dev.mneme.cli.experiment.ExperimentRunner;
import dev.mneme.cli.experiment.YamlFiles;
import dev.mneme.cli.inspect.Specimen;
import dev.mneme.cli.report.Fragment;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.checkpoint.AtomicFiles;
import java.nio.charset.StandardCharsets;
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
import picocli.CommandLine.Parameters;

/** Runs acceptance experiments. */
@Command(
        name = "experiment",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Run an experiment that separates models with and without memory; fails if an expectation does.",
        footer = {
            "",
            "Examples:",
            "  mneme experiment --list",
            "  mneme experiment broadcast-bottleneck",
            "  mneme experiment memory-lesions --seeds 1,2 --out runs/lesions"
        })
final class ExperimentCommand extends MnemeCommand {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Which one; see --list. Or a YAML file.")
    @Nullable String name;

    @Option(names = "--list", description = "List the experiments.")
    boolean list;

    @Option(names = "--seeds", split = ",", paramLabel = "S", description = "Seeds instead of the experiment's.")
    List<Long> seeds = new ArrayList<>();

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A setting of all runs. Repeatable.")
    List<String> assignments = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for runs and report (default: a new one in runs/).")
    @Nullable Path out;

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) throws Exception {
        if (list) {
            return list(console);
        }
        if (name == null) {
            throw new ParameterException(spec.commandLine(), "say which experiment; --list lists them");
        }
        Experiment experiment = load(name);
        Path folder = out != null
                ? out
                : Runs.newFolder(Path.of(name).getFileName().toString().replace(".yaml", ""));
        Files.createDirectories(folder);
        try (AutoCloseable log = Logging.toFolder(folder);
                Mneme mneme = runtime.open()) {
            return run(console, mneme, experiment, folder);
        }
    }

    private static Experiment load(String name) throws java.io.IOException {
        if (name.endsWith(".yaml") || name.endsWith(".yml")) {
            return YamlFiles.read(Path.of(name), Experiment.class, "experiment");
        }
        return Experiment.named(name);
    }

    private static boolean list(Console console) {
        TextTable table = new TextTable("name", "question");
        List<Map<String, String>> listed = new ArrayList<>();
        for (String each : Experiment.names()) {
            Experiment experiment = Experiment.named(each);
            table.row(each, experiment.question());
            listed.add(Map.of("name", each, "title", experiment.title(), "question", experiment.question()));
        }
        console.say(table);
        console.result(Map.of("experiments", listed));
        return true;
    }

    private boolean run(Console console, Mneme mneme, Experiment experiment, Path folder) {
        List<Fragment> attention = new ArrayList<>();
        List<String> drawn = new ArrayList<>();
        ExperimentResult result;
        try (LiveLine line = console.progress()) {
            line.note(experiment.title() + ". " + experiment.question());
            ExperimentRunner runner = new ExperimentRunner(mneme, experiment, folder, assignments, line);
            result = runner.run(seeds, (run, runFolder) -> {
                String title = runFolder.getFileName().toString().replaceAll("-seed-.*", "");
                if (!drawn.contains(title)) {
                    drawn.add(title);
                    attention.add(Fragment.titled(title, new Specimen(run.model(), run.task(), 1).attention()));
                }
            });
        }
        sayOutcomes(console, result);
        if (!experiment.expectations().isEmpty()) {
            TextTable table = new TextTable("run", "seed", "expected", "found", "verdict");
            result.verdicts().forEach(verdict -> table.row(ExperimentReport.cells(verdict)));
            console.say(table);
        }
        if (Double.isFinite(result.bound())) {
            console.say("best accuracy possible without memory: " + Quantity.percent(result.bound()));
        }
        Path report = Runs.writeReport(
                folder, ExperimentReport.page(result, mneme.backend().info(), attention));
        Map<String, Object> json = new LinkedHashMap<>(result.toMap());
        json.put("engine", mneme.backend().info().name());
        json.put("report", report.toString());
        AtomicFiles.write(
                folder.resolve("result.json"),
                stream -> stream.write((Console.toJson(json) + "\n").getBytes(StandardCharsets.UTF_8)));
        console.say("report: " + report);
        console.result(json);
        return result.holds();
    }

    private static void sayOutcomes(Console console, ExperimentResult result) {
        TextTable table = new TextTable("run", "seed", "parameters", "accuracy", "perplexity", "further metrics");
        result.outcomes()
                .forEach(outcome -> table.row(
                        outcome.name(),
                        String.valueOf(outcome.seed()),
                        Quantity.count(outcome.parameters()),
                        Quantity.percent(outcome.metrics().accuracy()),
                        Quantity.number(Math.exp(outcome.metrics().loss())),
                        ExperimentReport.further(outcome.metrics())));
        console.say(table);
    }
}
