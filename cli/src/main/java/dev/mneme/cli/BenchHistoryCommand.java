package dev.mneme.cli;

import dev.mneme.cli.bench.Bench;
import dev.mneme.cli.bench.BpttGrid;
import dev.mneme.cli.bench.HistoryGrid;
import dev.mneme.cli.console.Console;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.train.TrainConfig.Bptt;
import dev.mneme.tensor.EngineInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares a memory with attention to the whole history. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measure a mechanism that reads a sequence segment by segment beside the same transformer that attends to "
                    + "all of it at once: memory and speed over the sequence's length, in training and inference, and "
                    + "where the curves cross.",
            "Every figure comes from a process of its own; one that runs out of memory is reported as such, and the "
                    + "others go on. Writes history.json, one SVG per plot and report.html."
        },
        footer = {
            "",
            "Examples:",
            "  mneme bench history --memory memformer",
            "  mneme bench history --memory memformer --lengths 1024,4096 --schemes full,replay",
            "  mneme bench history --memory memory-transformer --modes infer --threads 1"
        })
final class BenchHistoryCommand extends MnemeCommand {
    @Option(
            names = "--memory",
            defaultValue = "memformer",
            paramLabel = "NAME",
            description = "Mechanism (default: memformer).")
    String memory;

    @Option(
            names = "--lengths",
            defaultValue = "256,512,1024,2048,4096,8192,16384",
            paramLabel = "LIST",
            description = "Tokens of a sequence, multiples of --segment (default: 256,512, and so on to 16384).")
    String lengths;

    @Option(
            names = "--modes",
            defaultValue = "train,infer",
            paramLabel = "LIST",
            description = "train, infer or both (default: train,infer).")
    String modes;

    @Option(
            names = "--schemes",
            defaultValue = "replay",
            paramLabel = "LIST",
            description = "Values of train.bptt that the mechanism is trained with (default: replay).")
    String schemes;

    @Option(names = "--batch", defaultValue = "1", paramLabel = "B", description = "Streams (default: 1).")
    int batch;

    @Option(names = "--steps", defaultValue = "3", paramLabel = "N", description = "Steps that count (default: 3).")
    int steps;

    @Option(names = "--warmup", defaultValue = "1", paramLabel = "N", description = "Steps before them (default: 1).")
    int warmUp;

    @Mixin
    BenchSizes sizes;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder of record and report (default: a new one in runs/).")
    @Nullable Path out;

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) throws Exception {
        BenchSizes.refuseOptionsOfParent(spec);
        sizes.refuse("train.bptt", "--schemes");
        if (memory.equals(HistoryGrid.BASELINE)) {
            throw Failures.invalid("--memory none: that is what a mechanism is compared with; name another");
        }
        List<Bench.Mode> chosen = BenchLists.choices("--modes", "mode", modes, Bench.Mode.values());
        List<Bptt> compared = chosen.contains(Bench.Mode.TRAIN) ? BenchLists.schemes("--schemes", schemes) : List.of();
        HistoryGrid grid =
                new HistoryGrid(memory, wholeSegments(), compared, chosen.contains(Bench.Mode.INFER), sizes.dim);
        return new BenchGrid("history", out, check(), sizes.toMap(batch, steps, warmUp))
                .run(console, grid.cells(this::arguments), grid::report);
    }

    private List<Integer> wholeSegments() {
        List<Integer> all = BenchLists.sizes("--lengths", lengths);
        for (int length : all) {
            if (sizes.segment < 1 || length % sizes.segment != 0) {
                throw Failures.invalid("--lengths: " + length + " is no multiple of --segment " + sizes.segment);
            }
        }
        return all;
    }

    private EngineInfo check() {
        try (Mneme mneme = runtime.open()) {
            new Bench(batch, sizes.segment, 1, sizes.vocabulary, warmUp, steps, sizes.seed)
                    .check(mneme, memory, sizes.settings(mneme, memory));
            return mneme.backend().info();
        }
    }

    private List<String> arguments(HistoryGrid.Line line, int length) {
        boolean isBaseline = line.memory().equals(HistoryGrid.BASELINE);
        int segment = isBaseline ? length : sizes.segment;
        List<String> arguments = new ArrayList<>(List.of("bench", "--json", "--memory", line.memory()));
        arguments.addAll(List.of("--mode", line.mode().name().toLowerCase(Locale.ROOT)));
        arguments.addAll(List.of("--batch", String.valueOf(batch), "--segments", String.valueOf(length / segment)));
        arguments.addAll(List.of("--steps", String.valueOf(steps), "--warmup", String.valueOf(warmUp)));
        arguments.addAll(sizes.arguments(segment));
        for (String assignment : sizes.assignments) {
            if (!isBaseline || !assignment.startsWith("memory.")) {
                arguments.addAll(List.of("--set", assignment));
            }
        }
        Bptt scheme = line.scheme();
        if (scheme != null) {
            arguments.addAll(List.of("--set", "train.bptt=" + BpttGrid.name(scheme)));
        }
        arguments.addAll(runtime.arguments());
        return arguments;
    }
}
