package dev.mneme.tck.memory;

import dev.mneme.config.Settings;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.SpiVersion;
import dev.mneme.tensor.TensorBackend;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Assumptions;
import org.pf4j.DefaultVersionManager;

/** A plugin alone with the API, as in {@code plugins/}. */
final class IsolationChecks {
    private static final String SERVICES = "META-INF/services/" + MemoryProvider.class.getName();

    private IsolationChecks() {}

    /** The entry point's jar or folder, and those whose services file names it: some builds keep resources apart. */
    static List<Path> files(MemoryProvider<?> provider) {
        Class<?> type = provider.getClass();
        Set<Path> files = new LinkedHashSet<>(List.of(IsolatedPlugin.location(type)));
        try {
            for (URL services : Collections.list(type.getClassLoader().getResources(SERVICES))) {
                try (var content = services.openStream()) {
                    String named = new String(content.readAllBytes(), StandardCharsets.UTF_8);
                    if (named.lines().anyMatch(line -> line.strip().equals(type.getName()))) {
                        files.add(root(services));
                    }
                }
            }
        } catch (IOException | URISyntaxException e) {
            throw new AssertionError("the services files of the class path cannot be read: " + e.getMessage(), e);
        }
        return List.copyOf(files);
    }

    private static Path root(URL services) throws IOException, URISyntaxException {
        if (services.openConnection() instanceof JarURLConnection jar) {
            return Path.of(jar.getJarFileURL().toURI());
        }
        Path file = Path.of(services.toURI());
        return file.getRoot()
                .resolve(file.subpath(0, file.getNameCount() - Path.of(SERVICES).getNameCount()));
    }

    static void isolation(Subject<?> subject, List<Path> files, TensorBackend backend) throws IOException {
        Class<?> type = subject.provider().getClass();
        Assumptions.assumeFalse(IsolatedPlugin.isApi(type.getPackageName()), type.getName() + " is part of the API");
        for (Path file : files) {
            requireOwnPackages(file);
            if (Files.isRegularFile(file)) {
                requireManifest(file);
            }
        }
        Thread thread = Thread.currentThread();
        ClassLoader previous = thread.getContextClassLoader();
        try (IsolatedPlugin loader = IsolatedPlugin.of(files)) {
            thread.setContextClassLoader(loader);
            run(isolated(subject, find(subject.provider().name(), loader, files)), backend);
        } catch (LinkageError | ServiceConfigurationError e) {
            throw new AssertionError(
                    describe(e) + "; a plugin sees the JDK, its own files " + files + " and the API, nothing else", e);
        } finally {
            thread.setContextClassLoader(previous);
        }
    }

    private static void requireOwnPackages(Path file) {
        List<String> taken = IsolatedPlugin.packages(file).stream()
                .filter(IsolatedPlugin::isApi)
                .toList();
        if (!taken.isEmpty()) {
            throw new AssertionError(file.getFileName() + " holds classes in " + taken
                    + ", packages of the API: the host's classes would be taken in their place. Use packages of your own,"
                    + " and mneme-core-api with scope provided");
        }
    }

    private static void requireManifest(Path file) throws IOException {
        try (JarFile jar = new JarFile(file.toFile())) {
            Manifest manifest = jar.getManifest();
            Attributes attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
            List<String> missing = new ArrayList<>();
            for (String key : List.of("Plugin-Id", "Plugin-Version", "Plugin-Requires")) {
                String value = attributes.getValue(key);
                if (value == null || value.isBlank()) {
                    missing.add(key);
                }
            }
            if (!missing.isEmpty()) {
                throw new AssertionError("the manifest of " + file.getFileName() + " has no " + missing);
            }
            String requires = attributes.getValue("Plugin-Requires").strip();
            if (!new DefaultVersionManager().checkVersionConstraint(SpiVersion.CURRENT, requires)) {
                throw new AssertionError("the manifest of " + file.getFileName() + " has Plugin-Requires " + requires
                        + ", this API is " + SpiVersion.CURRENT);
            }
        }
    }

    private static MemoryProvider<?> find(String name, ClassLoader loader, List<Path> files) {
        List<String> found = new ArrayList<>();
        for (MemoryProvider<?> provider : ServiceLoader.load(MemoryProvider.class, loader)) {
            if (provider.name().equals(name)) {
                return provider;
            }
            found.add(provider.name());
        }
        throw new AssertionError("the services files of " + files + " name " + found + " and not '" + name + "'");
    }

    /** The same case of the mechanism as its own loader sees it. */
    private static <C extends Record> Subject<C> isolated(Subject<?> subject, MemoryProvider<C> provider) {
        MemoryCase<?> tried = subject.tried();
        C config = Settings.bind("memory", provider.configType(), Settings.toMap(tried.config()));
        MemoryCase<C> same =
                new MemoryCase<>(tried.name(), config, tried.model(), tried.refusedForms(), tried.gradientCut());
        return new Subject<>(provider, same, subject.form());
    }

    /** Steps, gradients and streams: whatever the mechanism needs must be there by now. */
    private static void run(Subject<?> subject, TensorBackend backend) {
        ShapeChecks.shapes(subject, backend);
        ReleaseChecks.release(subject, backend);
    }

    private static String describe(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof ClassNotFoundException) {
            return "class " + root.getMessage() + " is not found";
        }
        return root == failure ? failure.toString() : failure.getMessage() + ": " + root;
    }
}
