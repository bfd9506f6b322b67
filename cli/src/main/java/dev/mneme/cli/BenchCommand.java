package dev.mneme.cli;

import dev.mneme.cli.bench.Bench;
import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.run.DeviceFigures;
import dev.mneme.runtime.Mneme;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures speed and memory. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            BenchBpttCommand.class,
            BenchHistoryCommand.class,
            BenchProfileCommand.class,
            BenchStreamCommand.class
        },
        description = {
            "Measure how fast a mechanism trains or runs, and how much memory it takes, on random tokens.",
            "The backbone is a decoder-only pre-norm transformer; a step is forward, full back-propagation over all "
                    + "segments (or another scheme, by train.bptt) and AdamW. Streams are trained in as many groups as "
                    + "there are threads (train.workers) if they can be split evenly. The step time is the median after "
                    + "the warm-up."
        },
        footer = {
            "",
            "Examples:",
            "  mneme bench --memory memory-transformer",
            "  mneme bench --memory none --mode infer --threads 1 --json",
            "  mneme bench --memory memory-transformer --set memory.variant=mem-ctrl --dim 128",
            "  mneme bench --memory memformer --segments 32 --set train.bptt=replay",
            "  mneme bench --memory memformer --precision bf16",
            "  mneme bench bptt --memory memformer",
            "  mneme bench history --memory memformer"
        })
final class BenchCommand extends MnemeCommand {
    @Option(names = "--memory", defaultValue = "none", paramLabel = "NAME", description = "Mechanism (default: none).")
    String memory;

    @Option(names = "--batch", defaultValue = "8", paramLabel = "B", description = "Streams (default: 8).")
    int batch;

    @Option(
            names = "--segments",
            defaultValue = "4",
            paramLabel = "S",
            description = "Segments of a step (default: 4).")
    int segments;

    @Option(names = "--steps", defaultValue = "10", paramLabel = "N", description = "Steps that count (default: 10).")
    int steps;

    @Option(names = "--warmup", defaultValue = "3", paramLabel = "N", description = "Steps before them (default: 3).")
    int warmUp;

    @Option(
            names = "--mode",
            defaultValue = "train",
            paramLabel = "MODE",
            description = "train or infer (default: train).")
    Bench.Mode mode;

    @Mixin
    PrecisionOption precision;

    @Mixin
    BenchSizes sizes;

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) {
        try (Mneme mneme = runtime.open()) {
            Bench bench = new Bench(batch, sizes.segment, segments, sizes.vocabulary, warmUp, steps, sizes.seed);
            Map<String, String> settings = sizes.settings(mneme, memory);
            if (precision.precision != null) {
                sizes.refuse(PrecisionOption.KEY, "--precision");
                settings.putAll(precision.flags());
            }
            Bench.Measured measured = bench.run(mneme, memory, settings, mode);
            console.say(String.format(
                    Locale.ROOT,
                    "%s, %s in %s on %s, %d threads: %s tokens/s, %.1f ms a step, %.0f GFLOP/s, %s parameters, at most %s of"
                            + " memory",
                    memory,
                    lower(mode),
                    measured.precision().key(),
                    mneme.backend().info().name(),
                    mneme.backend().info().threads(),
                    Quantity.count(measured.tokensPerSecond()),
                    measured.stepSeconds() * 1000,
                    measured.operationsPerSecond() / 1e9,
                    Quantity.count(measured.parameters()),
                    Quantity.bytes(measured.peakBytes())));
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("tokens_per_second", measured.tokensPerSecond());
            result.put("step_seconds", measured.stepSeconds());
            result.put("operations_per_second", measured.operationsPerSecond());
            result.put("peak_rss_bytes", measured.peakBytes());
            result.put("model_rss_bytes", measured.modelBytes());
            result.put("parameters", measured.parameters());
            result.put("mode", lower(mode));
            if (measured.bptt() != null) {
                result.put("bptt", lower(measured.bptt()));
                result.put("workers", measured.workers());
            }
            result.put("precision", measured.precision().key());
            result.put("memory", memory);
            result.put("engine", mneme.backend().info().name());
            result.put("threads", mneme.backend().info().threads());
            result.putAll(DeviceFigures.toMap(mneme.backend()));
            if (measured.deviceModelBytes() > 0) {
                result.put("device_model_bytes", measured.deviceModelBytes());
            }
            DeviceFigures.sentence(mneme.backend()).ifPresent(console::say);
            console.result(result);
            return true;
        }
    }

    private static String lower(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}
