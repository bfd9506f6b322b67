package dev.mneme.runtime;

import dev.mneme.runtime.engine.EngineRegistry;
import dev.mneme.tensor.EngineOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How {@link Mneme} is opened.
 *
 * @param pluginDirectory folder of plugin jars; null, or a folder that is not there, for the class path alone
 * @param backend name of the engine, or {@code auto} for the best one that works here
 * @param threads threads one operation may use; at least 1
 * @param dataDirectory cache of fetched data sets
 */
public record MnemeOptions(@Nullable Path pluginDirectory, String backend, int threads, Path dataDirectory) {
    /** The class path alone, the best engine, all processors, data under {@code .mneme/data} in the user's home. */
    public static MnemeOptions defaults() {
        return new MnemeOptions(
                null,
                EngineRegistry.AUTO,
                EngineOptions.defaults().threads(),
                Path.of(System.getProperty("user.home"), ".mneme", "data"));
    }

    public MnemeOptions withPluginDirectory(Path directory) {
        return new MnemeOptions(directory, backend, threads, dataDirectory);
    }

    public MnemeOptions withBackend(String name) {
        return new MnemeOptions(pluginDirectory, name, threads, dataDirectory);
    }

    public MnemeOptions withThreads(int count) {
        return new MnemeOptions(pluginDirectory, backend, count, dataDirectory);
    }

    public MnemeOptions withDataDirectory(Path directory) {
        return new MnemeOptions(pluginDirectory, backend, threads, directory);
    }
}
