package dev.mneme.runtime.plugin;

import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.SpiVersion;
import dev.mneme.runtime.internal.Services;
import dev.mneme.task.TaskProvider;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import org.jspecify.annotations.Nullable;

/** Providers that are built in or on the class path. One that does not work does not keep the others from working. */
final class ClassPathProviders {
    private static final String UNVERSIONED = "unversioned";
    private static final String SERVICE_REMEDY = "repair the jar or remove it from the class path";

    private ClassPathProviders() {}

    static Found find(ClassLoader classPath) {
        Found found = new Found();
        try {
            found.memories.add(Extension.memory(new NoMemoryProvider(), SpiVersion.CURRENT, Source.BUILT_IN));
        } catch (PluginRejection e) {
            throw new IllegalStateException("the built-in memory breaks a rule of the SPI", e);
        }
        Services.forEach(
                MemoryProvider.class,
                classPath,
                provider -> addMemory(provider, found),
                failure -> found.rejected.add(broken(failure)));
        Services.forEach(
                TaskProvider.class,
                classPath,
                provider -> addTask(provider, found),
                failure -> found.rejected.add(broken(failure)));
        return found;
    }

    private static void addMemory(MemoryProvider<?> provider, Found found) {
        Source source = source(provider);
        try {
            found.memories.add(Extension.memory(provider, version(provider), source));
        } catch (PluginRejection e) {
            found.rejected.add(e.of(label(source, provider)));
        }
    }

    private static void addTask(TaskProvider<?> provider, Found found) {
        Source source = source(provider);
        try {
            found.tasks.add(Extension.task(provider, version(provider), source));
        } catch (PluginRejection e) {
            found.rejected.add(e.of(label(source, provider)));
        }
    }

    static String label(Source source, Object provider) {
        return source.jar() + " (" + provider.getClass().getName() + ")";
    }

    private static Rejected broken(Throwable failure) {
        PluginFaults.rethrowIfFatal(failure);
        return new Rejected("class path", Services.describe(failure), SERVICE_REMEDY);
    }

    private static Source source(Object provider) {
        Path location = location(provider);
        return new Source(
                Source.Place.CLASS_PATH,
                location == null
                        ? provider.getClass().getName()
                        : Files.isDirectory(location)
                                ? location.toString()
                                : location.getFileName().toString());
    }

    private static String version(Object provider) throws PluginRejection {
        Path location = location(provider);
        String version = location == null || Files.isDirectory(location)
                ? provider.getClass().getPackage().getImplementationVersion()
                : PluginManifest.versionOnClassPath(location);
        return version == null ? UNVERSIONED : version;
    }

    private static @Nullable Path location(Object provider) {
        CodeSource code = provider.getClass().getProtectionDomain().getCodeSource();
        if (code == null || !code.getLocation().getProtocol().equals("file")) {
            return null;
        }
        try {
            return Path.of(code.getLocation().toURI());
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
