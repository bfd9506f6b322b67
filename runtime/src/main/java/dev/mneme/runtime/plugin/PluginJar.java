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
import org.pf4j.PluginWrapper;

/**
 * A dropped-in jar that works, all of it.
 *
 * @param plugin PF4J's handle, to close it
 * @param memories at least one provider here or in {@code tasks}
 */
record PluginJar(
        PluginWrapper plugin, List<Extension<MemoryProvider<?>>> memories, List<Extension<TaskProvider<?>>> tasks) {

    private static final String SERVICES_REMEDY = "name the provider's class, one a line, in META-INF/services/"
            + MemoryProvider.class.getName() + " or " + TaskProvider.class.getName();
    private static final String CLASS_REMEDY =
            "check the class names in META-INF/services, that the jar bundles the libraries it needs, that it is compiled"
                    + " for this Java (" + Runtime.version().feature() + ") and for version " + SpiVersion.CURRENT
                    + " of the plugin interfaces, and that its packages are not those of core-api";

    /** Makes and checks all providers that the jar's own services files name. */
    static PluginJar of(PluginWrapper plugin, String version) throws PluginRejection {
        Path jar = plugin.getPluginPath();
        ClassLoader loader = plugin.getPluginClassLoader();
        PluginCalls calls = new PluginCalls(jar, loader);
        Source source = new Source(Source.Place.PLUGIN, jar.getFileName().toString());
        List<Extension<MemoryProvider<?>>> memories = new ArrayList<>();
        for (MemoryProvider<?> provider : providers(MemoryProvider.class, loader, calls)) {
            memories.add(Extension.memory(new IsolatedMemoryProvider<>(provider, calls), version, source));
        }
        List<Extension<TaskProvider<?>>> tasks = new ArrayList<>();
        for (TaskProvider<?> provider : providers(TaskProvider.class, loader, calls)) {
            tasks.add(Extension.task(new IsolatedTaskProvider<>(provider, calls), version, source));
        }
        if (memories.isEmpty() && tasks.isEmpty()) {
            throw new PluginRejection("it has no services file that names a memory or a task", SERVICES_REMEDY);
        }
        checkDistinct(memories);
        checkDistinct(tasks);
        return new PluginJar(plugin, List.copyOf(memories), List.copyOf(tasks));
    }

    String fileName() {
        return plugin.getPluginPath().getFileName().toString();
    }

    private static <P> List<P> providers(Class<P> service, ClassLoader loader, PluginCalls calls)
            throws PluginRejection {
        List<P> providers = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        calls.call(() -> {
            Services.forEach(service, loader, providers::add, failure -> failures.add(Services.describe(failure)));
            return providers;
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
