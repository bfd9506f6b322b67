package dev.mneme.cli;

import dev.mneme.runtime.Mneme;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Sizes of what the benchmarks measure. */
final class BenchSizes {
    @Option(
            names = "--segment",
            defaultValue = "128",
            paramLabel = "L",
            description = "Tokens of a segment (default: 128).")
    int segment;

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

    @Option(names = "--seed", defaultValue = "0", paramLabel = "S", description = "Seed (default: 0).")
    long seed;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A memory.* or model.* setting, or one of train.* that changes what a step does, such as "
                    + "train.bptt=replay. Repeatable.")
    List<String> assignments = new ArrayList<>();

    /** Sizes and assignments as settings of a mechanism, by dotted key. */
    Map<String, String> settings(Mneme mneme, String memory) {
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

    /** A setting that another option makes. */
    void refuse(String key, String option) {
        for (String assignment : assignments) {
            if (assignment.replace(" ", "").startsWith(key + "=")) {
                throw Failures.invalid("--set " + assignment + ": " + option + " says that here");
            }
        }
    }

    /** Words between {@code bench} and its subcommand, which would be without effect. */
    static void refuseOptionsOfParent(CommandSpec spec) {
        List<OptionSpec> given = spec.parent().commandLine().getParseResult().matchedOptions();
        if (!given.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    given.get(0).longestName() + " has to stand after '" + spec.name() + "', not before it");
        }
    }

    /**
     * Everything but the assignments as words of a command line.
     *
     * @param length tokens of a segment
     */
    List<String> arguments(int length) {
        return List.of(
                "--segment",
                String.valueOf(length),
                "--dim",
                String.valueOf(dim),
                "--layers",
                String.valueOf(layers),
                "--heads",
                String.valueOf(heads),
                "--vocab",
                String.valueOf(vocabulary),
                "--slots",
                String.valueOf(slots),
                "--seed",
                String.valueOf(seed));
    }

    /**
     * For records of measurements that share these.
     *
     * @param batch streams
     * @param steps that count
     * @param warmUp steps before them
     */
    Map<String, Object> toMap(int batch, int steps, int warmUp) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("batch", batch);
        map.put("steps", steps);
        map.put("warmup", warmUp);
        map.put("segment", segment);
        map.put("dim", dim);
        map.put("layers", layers);
        map.put("heads", heads);
        map.put("vocab", vocabulary);
        map.put("slots", slots);
        map.put("seed", seed);
        map.put("settings", List.copyOf(assignments));
        return map;
    }
}
