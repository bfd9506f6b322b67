package dev.mneme.cli;

import dev.mneme.cli.bench.Bench;
import dev.mneme.cli.bench.BpttGrid;
import dev.mneme.cli.console.Console;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.train.TrainConfig.Bptt;
import dev.mneme.tensor.EngineInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares schemes of back-propagation through time. */
@Command(
        name = "bptt",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measure memory and time of training over more and more segments, under each scheme of back-propagation "
                    + "through time. Every figure comes from a process of its own; one that runs out of memory is "
                    + "reported as such, and the others go on.",
            "Writes bptt.json, memory.svg, time.svg and report.html."
        },
        footer = {
            "",
            "Examples:",
            "  mneme bench bptt --memory memformer",
            "  mneme bench bptt --memory memory-transformer --segments 8,32 --schemes full,replay --steps 5",
            "  mneme bench bptt --memory memformer --schemes full,truncated --set train.bptt_segments=4"
        })
final class BenchBpttCommand extends MnemeCommand {
    @Option(
            names = "--memory",
            defaultValue = "memformer",
            paramLabel = "NAME",
            description = "Mechanism (default: memformer).")
    String memory;

    @Option(
            names = "--segments",
            defaultValue = "8,16,32,64",
            paramLabel = "LIST",
            description = "Segments of a step (default: 8,16,32,64).")
    String segments;

    @Option(
            names = "--schemes",
            defaultValue = "full,truncated,replay,checkpoint",
            paramLabel = "LIST",
            description = "Values of train.bptt (default: full,truncated,replay,checkpoint).")
    String schemes;

    @Option(names = "--batch", defaultValue = "8", paramLabel = "B", description = "Streams (default: 8).")
    int batch;

    @Option(names = "--steps", defaultValue = "3", paramLabel = "N", description = "Steps that count (default: 3).")
    int steps;

    @Option(names = "--warmup", defaultValue = "2", paramLabel = "N", description = "Steps before them (default: 2).")
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
        List<Bptt> compared = BenchLists.schemes("--schemes", schemes);
        BpttGrid grid = new BpttGrid(memory, BenchLists.sizes("--segments", segments), compared);
        return new BenchGrid("bptt", out, check(grid.segments()), sizes.toMap(batch, steps, warmUp))
                .run(console, grid.cells(this::arguments), grid::report);
    }

    private EngineInfo check(List<Integer> counts) {
        try (Mneme mneme = runtime.open()) {
            for (int count : counts) {
                new Bench(batch, sizes.segment, count, sizes.vocabulary, warmUp, steps, sizes.seed)
                        .check(mneme, memory, sizes.settings(mneme, memory));
            }
            return mneme.backend().info();
        }
    }

    private List<String> arguments(int count, Bptt scheme) {
        List<String> arguments = new ArrayList<>(List.of("bench", "--json", "--memory", memory));
        arguments.addAll(List.of("--batch", String.valueOf(batch), "--segments", String.valueOf(count)));
        arguments.addAll(List.of("--steps", String.valueOf(steps), "--warmup", String.valueOf(warmUp)));
        arguments.addAll(sizes.arguments(sizes.segment));
        sizes.assignments.forEach(assignment -> arguments.addAll(List.of("--set", assignment)));
        arguments.addAll(List.of("--set", "train.bptt=" + BpttGrid.name(scheme)));
        arguments.addAll(runtime.arguments());
        return arguments;
    }
}
