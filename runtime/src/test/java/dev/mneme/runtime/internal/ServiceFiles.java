package dev.mneme.runtime.internal;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;

/** A class path for tests: the classes of the test's own, the services files of chosen folders and jars alone. */
public final class ServiceFiles {
    private ServiceFiles() {}

    /** Adds a services file that names these providers. */
    public static void write(Path folder, Class<?> service, String... providers) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF").resolve("services"));
        Files.write(services.resolve(service.getName()), List.of(providers));
    }

    /** A loader that sees these, and the classes but no services file of the test's class path; the caller closes it. */
    public static URLClassLoader over(Path... folders) throws IOException {
        URL[] urls = new URL[folders.length];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = folders[i].toUri().toURL();
        }
        return new URLClassLoader(urls, ServiceFiles.class.getClassLoader()) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                return name.startsWith("META-INF/services/") ? findResources(name) : super.getResources(name);
            }
        };
    }
}
