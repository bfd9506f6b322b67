package dev.mneme.cli;

import dev.mneme.cli.bench.CellProcesses;
import dev.mneme.cli.bench.ChildJvm;
import dev.mneme.cli.compare.CellOutcome;
import dev.mneme.cli.compare.CellStore;
import dev.mneme.cli.compare.Comparison;
import dev.mneme.cli.compare.ComparisonPlan;
import dev.mneme.cli.compare.ComparisonReport;
import dev.mneme.cli.compare.ComparisonRunner;
import dev.mneme.cli.compare.Csv;
import dev.mneme.cli.compare.Planner;
import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.console.TextTable;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.checkpoint.AtomicFiles;
import dev.mneme.tensor.EngineInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares mechanisms on tasks. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Train mechanisms on tasks, over seeds and sizes, and put what comes out side by side: one table, "
                    + "compare.json, compare.csv, cells.csv, and report.html with plots.",
            "Every run has a process of its own. With --out of an earlier call, finished runs are taken from there, "
                    + "and one that was interrupted goes on from its last checkpoint. A run that fails is reported, "
                    + "and the others go on."
        },
        footer = {
            "",
            "Examples:",
            "  mneme compare examples/compare-copy.yaml --out runs/copy",
            "  mneme compare examples/compare-copy.yaml --parameters 100000 --dry-run",
            "  mneme compare --memories none,memformer,transformer-xl --tasks segment-copy \\",
            "      --sizes task.segments=2,3,4 --seeds 0,1,2 --steps 300 --set model.dim=64 --out runs/segments"
        })
final class CompareCommand extends MnemeCommand {
    /** A little more than {@link StopOnInterrupt} takes to save. */
    private static final Duration GRACE = Duration.ofSeconds(25);

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "What to compare, as YAML; options win over it. See docs/compare.md.")
    @Nullable Path file;

    @Mixin
    CompareOptions options;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A setting of all runs. Repeatable.")
    List<String> assignments = new ArrayList<>();

    @Option(names = "--steps", paramLabel = "N", description = "Optimizer steps; short for --set train.steps=N.")
    @Nullable Long steps;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder of runs and report; goes on with what is there (default: a new one in runs/).")
    @Nullable Path out;

    @Option(names = "--dry-run", description = "Check everything and show what would run, with sizes; train nothing.")
    boolean dryRun;

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) throws Exception {
        if (steps != null) {
            assignments.add("train.steps=" + steps);
        }
        Comparison comparison = options.over(file == null ? null : Comparison.read(file));
        Path folder = out != null ? out : Runs.newFolder(name());
        ComparisonPlan plan;
        EngineInfo engine;
        try (Mneme mneme = runtime.open()) {
            plan = new Planner(mneme, comparison, assignments).plan();
            engine = mneme.backend().info();
        }
        CellStore store = new CellStore(folder);
        if (dryRun) {
            return show(console, plan, store);
        }
        Files.createDirectories(folder);
        BenchGrid grid = new BenchGrid("compare", folder, engine, settings(comparison));
        ComparisonReport report = new ComparisonReport(plan, train(console, plan, store, grid), store);
        write(folder.resolve("compare.csv"), Csv.text(report.table()));
        write(folder.resolve("cells.csv"), Csv.text(report.cells()));
        grid.write(console, report);
        return report.isComplete();
    }

    private Map<String, CellOutcome> train(Console console, ComparisonPlan plan, CellStore store, BenchGrid grid)
            throws Exception {
        try (AutoCloseable log = Logging.toFolder(store.folder());
                LiveLine line = console.progress()) {
            ComparisonRunner runner = new ComparisonRunner(plan, store, runtime.arguments());
            long finished = runner.known().values().stream()
                    .filter(CellOutcome.Finished.class::isInstance)
                    .count();
            line.note("runs and report go to " + store.folder() + "; with --out " + store.folder()
                    + " the same command goes on where it was interrupted");
            if (finished > 0) {
                line.note("finished before and not run again: " + finished);
            }
            CellProcesses processes =
                    new CellProcesses(arguments -> ChildJvm.builder(Main.class.getName(), arguments), line, GRACE);
            return runner.run(processes, sofar -> grid.save(new ComparisonReport(plan, sofar, store)));
        }
    }

    private boolean show(Console console, ComparisonPlan plan, CellStore store) {
        ComparisonReport report =
                new ComparisonReport(plan, new ComparisonRunner(plan, store, List.of()).known(), store);
        TextTable table = new TextTable(report.headings().toArray(String[]::new));
        report.rows().forEach(table::row);
        console.say(table);
        report.heldEqual().forEach(console::say);
        plan.places().stream()
                .filter(place -> place.failure() != null)
                .forEach(place -> console.say("Cannot run: " + place.label() + ": " + place.failure()));
        console.result(report.toMap());
        return plan.places().stream().allMatch(place -> place.failure() == null);
    }

    private Map<String, Object> settings(Comparison comparison) {
        Map<String, Object> settings = new LinkedHashMap<>(comparison.settings());
        comparison
                .tasks()
                .forEach(task ->
                        task.settings().forEach((key, value) -> settings.put(task.name() + ": " + key, value)));
        comparison
                .memories()
                .forEach(memory ->
                        memory.settings().forEach((key, value) -> settings.put(memory.name() + ": " + key, value)));
        assignments.forEach(assignment -> {
            int equals = assignment.indexOf('=');
            settings.put(assignment.substring(0, equals), assignment.substring(equals + 1));
        });
        settings.put("seeds", comparison.seeds());
        return settings;
    }

    private String name() {
        return file == null ? "compare" : file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
    }

    private static void write(Path target, String text) throws IOException {
        AtomicFiles.write(target, stream -> stream.write(text.getBytes(StandardCharsets.UTF_8)));
    }
}
