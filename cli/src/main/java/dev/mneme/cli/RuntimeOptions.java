package dev.mneme.cli;

import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.MnemeOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where engines, plugins and data come from. */
final class RuntimeOptions {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description =
                    "Engine: libtorch, libtorch-cuda, nd4j, or auto for the best one that works here (default: auto).")
    @Nullable String backend;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads one operation may use (default: all processors).")
    @Nullable Integer threads;

    @Mixin
    PluginFlags plugins = new PluginFlags();

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where fetched data sets are kept (default: ~/.mneme/data).")
    @Nullable Path dataDirectory;

    /** The options as the runtime takes them. */
    MnemeOptions resolve() {
        MnemeOptions options = MnemeOptions.defaults().withPlugins(plugins.resolve());
        if (backend != null) {
            options = options.withBackend(backend);
        }
        if (threads != null) {
            options = options.withThreads(threads);
        }
        return dataDirectory == null ? options : options.withDataDirectory(dataDirectory);
    }

    /** Opens the runtime; the caller closes it. */
    Mneme open() {
        return Mneme.open(resolve());
    }

    /** The options as they would be written again, for a process that is to run as this one does. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        add(arguments, "--backend", backend);
        add(arguments, "--threads", threads);
        arguments.addAll(plugins.arguments());
        add(arguments, "--data-dir", dataDirectory);
        return arguments;
    }

    private static void add(List<String> arguments, String option, @Nullable Object value) {
        if (value != null) {
            arguments.add(option);
            arguments.add(value.toString());
        }
    }
}
