package dev.mneme.runtime;

import dev.mneme.runtime.engine.EngineRegistry;
import dev.mneme.runtime.plugin.PluginOptions;
import dev.mneme.tensor.EngineOptions;
import java.nio.file.Path;

/**
 * How {@link Mneme} is opened.
 *
 * @param plugins which dropped-in plugins are loaded, and how
 * @param backend name of the engine, or {@code auto} for the best one that works here
 * @param threads threads one operation may use; at least 1
 * @param dataDirectory cache of fetched data sets
 */
public record MnemeOptions(PluginOptions plugins, String backend, int threads, Path dataDirectory) {
    /** The class path alone, the best engine, all processors, data under {@code .mneme/data} in the user's home. */
    public static MnemeOptions defaults() {
        return new MnemeOptions(
                PluginOptions.NONE,
                EngineRegistry.AUTO,
                EngineOptions.defaults().threads(),
                Path.of(System.getProperty("user.home"), ".mneme", "data"));
    }

    /** With the plugins of a folder, otherwise loaded as before; one that is not there is an empty one. */
    public MnemeOptions withPluginDirectory(Path directory) {
        return withPlugins(plugins.withDirectory(directory));
    }

    public MnemeOptions withPlugins(PluginOptions options) {
        return new MnemeOptions(options, backend, threads, dataDirectory);
    }

    public MnemeOptions withBackend(String name) {
        return new MnemeOptions(plugins, name, threads, dataDirectory);
    }

    public MnemeOptions withThreads(int count) {
        return new MnemeOptions(plugins, backend, count, dataDirectory);
    }

    public MnemeOptions withDataDirectory(Path directory) {
        return new MnemeOptions(plugins, backend, threads, directory);
    }
}
