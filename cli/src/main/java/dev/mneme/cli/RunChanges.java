package dev.mneme.cli;

import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.config.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is to differ from a trained run when it is used. */
final class RunChanges {
    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting that differs from training. Repeatable.")
    List<String> assignments = new ArrayList<>();

    @Mixin
    PrecisionOption precision;

    /** The configuration of the run in this folder with the changes. */
    RunConfig load(Mneme mneme, Path folder) {
        return load(mneme, folder, Map.of());
    }

    /**
     * As {@link #load(Mneme, Path)}.
     *
     * @param flags further changes by dotted key, made by options of their own
     */
    RunConfig load(Mneme mneme, Path folder, Map<String, ?> flags) {
        Map<String, Object> all = new LinkedHashMap<>(flags);
        all.putAll(precision.flags());
        return Runs.load(mneme, folder, all, assignments);
    }
}
