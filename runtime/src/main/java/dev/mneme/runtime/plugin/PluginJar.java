package dev.mneme.runtime.plugin;

import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.SpiVersion;
import dev.mneme.runtime.internal.Services;
import dev.mneme.task.TaskProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A dropped-in jar that works, all of it.
 *
 * @param opened to close it
 * @param manifest what it says of itself
 * @param memories at least one provider here or in {@code tasks}
 */
record PluginJar(
        OpenedJar opened,
        PluginManifest manifest,
        List<Extension<MemoryProvider<?>>> memories,
        List<Extension<TaskProvider<?>>> tasks) {

    private static final String SERVICES_REMEDY = "name the provider's class, one a line, in META-INF/services/"
            + MemoryProvider.class.getName() + " or " + TaskProvider.class.getName();
    private static final String CLASS_REMEDY =
            "check the class names in META-INF/services, that the jar bundles the libraries it needs, that it is compiled"
                    + " for this Java (" + Runtime.version().feature() + ") and for version " + SpiVersion.CURRENT
                    + " of the plugin interfaces, and that its packages are not those of core-api";

    /**
     * Opens and starts a jar, and makes and checks all providers that its own services files name.
     *
     * @param manifest of {@link JarCheck#check}
     * @param host sees core-api
     */
    static PluginJar load(Path jar, PluginManifest manifest, LoadPlace host) throws PluginRejection {
        OpenedJar opened = OpenedJar.open(jar, manifest, host);
        try {
            return opened.watched("loading", () -> {
                opened.start();
                return providers(opened, manifest);
            });
        } catch (PluginRejection | RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    String fileName() {
        return opened.fileName();
    }

    private static PluginJar providers(OpenedJar opened, PluginManifest manifest) throws PluginRejection {
        Source source = new Source(Source.Place.PLUGIN, opened.fileName());
        PluginCalls calls = opened.calls();
        List<Extension<MemoryProvider<?>>> memories = new ArrayList<>();
        for (MemoryProvider<?> provider : providers(MemoryProvider.class, opened.loader())) {
            memories.add(Extension.memory(provider, manifest.version(), source)
                    .through(new IsolatedMemoryProvider<>(provider, calls)));
        }
        List<Extension<TaskProvider<?>>> tasks = new ArrayList<>();
        for (TaskProvider<?> provider : providers(TaskProvider.class, opened.loader())) {
            tasks.add(Extension.task(provider, manifest.version(), source)
                    .through(new IsolatedTaskProvider<>(provider, calls)));
        }
        if (memories.isEmpty() && tasks.isEmpty()) {
            throw new PluginRejection("it has no services file that names a memory or a task", SERVICES_REMEDY);
        }
        checkDistinct(memories);
        checkDistinct(tasks);
        return new PluginJar(opened, manifest, List.copyOf(memories), List.copyOf(tasks));
    }

    private static <P> List<P> providers(Class<P> service, ClassLoader loader) throws PluginRejection {
        List<P> providers = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        Services.forEach(service, loader, providers::add, failure -> {
            PluginFaults.rethrowIfFatal(failure);
            failures.add(Services.describe(failure));
        });
        if (!failures.isEmpty()) {
            throw new PluginRejection(String.join("; ", failures), CLASS_REMEDY);
        }
        return providers;
    }

    private static <P> void checkDistinct(List<Extension<P>> extensions) throws PluginRejection {
        Set<String> names = new HashSet<>();
        for (Extension<P> extension : extensions) {
            if (!names.add(extension.name())) {
                throw new PluginRejection(
                        "two of its providers are called '" + extension.name() + "'", "rename one of them");
            }
        }
    }
}
