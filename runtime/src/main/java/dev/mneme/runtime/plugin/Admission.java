package dev.mneme.runtime.plugin;

import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.TaskProvider;
import java.nio.file.Path;
import java.util.List;

/**
 * Decides whether a jar may join a plugin folder: it is loaded once, to learn the names it brings.
 *
 * @param options of the folder
 * @param classPath sees core-api and the providers on the class path
 */
record Admission(PluginOptions options, ClassLoader classPath) {
    /**
     * What an admitted jar brings.
     *
     * @param memories names of its mechanisms
     * @param tasks names of its tasks
     */
    record Admitted(PluginManifest manifest, List<String> memories, List<String> tasks) {}

    /**
     * Checks everything that is checked when plugins are loaded, and that nothing has its id or one of its names.
     *
     * @param jar outside of the folder, or switched off in it
     * @param others the other jars of the folder
     * @throws PluginRejection naming what it collides with
     */
    Admitted check(Path jar, List<JarInFolder> others) throws PluginRejection {
        PluginManifest manifest = JarCheck.check(jar);
        for (JarInFolder other : others) {
            if (manifest.id().equals(other.id())) {
                throw new PluginRejection(
                        "its Plugin-Id '" + manifest.id() + "' is also that of " + other.file(), remove(other.file()));
            }
        }
        PluginJar loaded = PluginJar.load(jar, manifest, LoadPlace.of(options, classPath));
        try (PluginHost host = PluginHost.open(options, classPath)) {
            for (Extension<MemoryProvider<?>> memory : loaded.memories()) {
                for (MemoryEntry taken : host.memories().all()) {
                    checkName("memory", memory.name(), taken.name(), taken.source());
                }
            }
            for (Extension<TaskProvider<?>> task : loaded.tasks()) {
                for (TaskEntry taken : host.tasks().all()) {
                    checkName("task", task.name(), taken.name(), taken.source());
                }
            }
        } finally {
            loaded.opened().close();
        }
        return new Admitted(
                manifest,
                loaded.memories().stream().map(Extension::name).sorted().toList(),
                loaded.tasks().stream().map(Extension::name).sorted().toList());
    }

    private static void checkName(String kind, String name, String taken, String source) throws PluginRejection {
        if (name.equals(taken)) {
            throw new PluginRejection(
                    "its " + kind + " '" + name + "' is also the name of one that is there (" + source + ")",
                    "rename it, or remove the other");
        }
    }

    private static String remove(String file) {
        return "for another version of it, first 'mneme plugins remove " + file + "'";
    }
}
