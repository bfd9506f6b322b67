package dev.mneme.cli;

import dev.mneme.cli.bench.Bench;
import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.Quantity;
import dev.mneme.runtime.Mneme;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
        description = {
            "Measure how fast a mechanism trains or runs, and how much memory it takes, on random tokens.",
            "The backbone is a decoder-only pre-norm transformer; a step is forward, full back-propagation over all "
                    + "segments and AdamW. The step time is the median after 3 steps of warm-up."
        },
        footer = {
            "",
            "Examples:",
            "  mneme bench --memory memory-transformer",
            "  mneme bench --memory none --mode infer --threads 1 --json",
            "  mneme bench --memory memory-transformer --set memory.variant=mem-ctrl --dim 128"
        })
final class BenchCommand extends MnemeCommand {
    @Option(names = "--memory", defaultValue = "none", paramLabel = "NAME", description = "Mechanism (default: none).")
    String memory;

    @Option(names = "--batch", defaultValue = "8", paramLabel = "B", description = "Streams (default: 8).")
    int batch;

    @Option(
            names = "--segment",
            defaultValue = "128",
            paramLabel = "L",
            description = "Tokens of a segment (default: 128).")
    int segment;

    @Option(
            names = "--segments",
            defaultValue = "4",
            paramLabel = "S",
            description = "Segments of a step (default: 4).")
    int segments;

    @Option(names = "--dim", defaultValue = "256", paramLabel = "D", description = "Width (default: 256).")
    int dim;

    @Option(names = "--layers", defaultValue = "4", paramLabel = "N", description = "Blocks (default: 4).")
    int layers;

    @Option(names = "--heads", defaultValue = "4", paramLabel = "H", description = "Attention heads (default: 4).")
    int heads;

    @Option(names = "--vocab", defaultValue = "256", paramLabel = "V", description = "Token ids (default: 256).")
    int vocabulary;

    @Option(
            names = "--slots",
            defaultValue = "16",
            paramLabel = "M",
            description = "Memory slots, for mechanisms that have memory.slots (default: 16).")
    int slots;

    @Option(names = "--steps", defaultValue = "10", paramLabel = "N", description = "Steps that count (default: 10).")
    int steps;

    @Option(
            names = "--mode",
            defaultValue = "train",
            paramLabel = "MODE",
            description = "train or infer (default: train).")
    Bench.Mode mode;

    @Option(names = "--seed", defaultValue = "0", paramLabel = "S", description = "Seed (default: 0).")
    long seed;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A memory.* or model.* setting. Repeatable.")
    List<String> assignments = new ArrayList<>();

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) {
        try (Mneme mneme = runtime.open()) {
            Bench bench = new Bench(batch, segment, segments, vocabulary, steps, seed);
            Bench.Measured measured = bench.run(mneme, memory, settings(mneme), mode);
            console.say(String.format(
                    Locale.ROOT,
                    "%s, %s on %s, %d threads: %s tokens/s, %.1f ms a step, %s parameters, at most %s of memory",
                    memory,
                    mode.name().toLowerCase(Locale.ROOT),
                    mneme.backend().info().name(),
                    mneme.backend().info().threads(),
                    Quantity.count(measured.tokensPerSecond()),
                    measured.stepSeconds() * 1000,
                    Quantity.count(measured.parameters()),
                    Quantity.bytes(measured.peakBytes())));
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("tokens_per_second", measured.tokensPerSecond());
            result.put("step_seconds", measured.stepSeconds());
            result.put("peak_rss_bytes", measured.peakBytes());
            result.put("parameters", measured.parameters());
            result.put("mode", mode.name().toLowerCase(Locale.ROOT));
            result.put("memory", memory);
            result.put("engine", mneme.backend().info().name());
            result.put("threads", mneme.backend().info().threads());
            console.result(result);
            return true;
        }
    }

    private Map<String, String> settings(Mneme mneme) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("model.segment", String.valueOf(segment));
        settings.put("model.dim", String.valueOf(dim));
        settings.put("model.layers", String.valueOf(layers));
        settings.put("model.heads", String.valueOf(heads));
        boolean hasSlots = mneme.memories().require(memory).settings().stream()
                .anyMatch(setting -> setting.key().equals("slots"));
        if (hasSlots) {
            settings.put("memory.slots", String.valueOf(slots));
        }
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 1) {
                throw Failures.invalid("--set " + assignment + ": expected key=value, such as model.dim=256");
            }
            settings.put(
                    assignment.substring(0, equals).trim(),
                    assignment.substring(equals + 1).trim());
        }
        return settings;
    }
}
