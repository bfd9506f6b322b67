package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Loads a plugin as {@code plugins/} does: it sees the JDK, its own files, the packages of core-api and a few libraries that
 * must exist once in a process. The runtime has the same list, and a test that compares them.
 */
final class IsolatedPlugin extends URLClassLoader {
    /** Libraries of the host, with all subpackages. */
    static final List<String> LIBRARY_PREFIXES =
            List.of("org.slf4j.", "org.pf4j.", "org.jspecify.", "org.bytedeco.", "org.nd4j.", "ai.djl.");

    /** The packages of core-api: those that its jar or folder has classes in. */
    private static final Set<String> API = packages(location(MemoryProvider.class));

    private final ClassLoader host = MemoryProvider.class.getClassLoader();

    private IsolatedPlugin(List<Path> files) {
        super(files.stream().map(IsolatedPlugin::url).toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** @param files jars or folders of classes and resources */
    static IsolatedPlugin of(List<Path> files) {
        return new IsolatedPlugin(files);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return isShared(name) ? host.loadClass(name) : super.loadClass(name, resolve);
    }

    private static boolean isShared(String name) {
        int end = name.lastIndexOf('.');
        return end > 0
                && (isApi(name.substring(0, end)) || LIBRARY_PREFIXES.stream().anyMatch(name::startsWith));
    }

    /** Whether it is a package of core-api. */
    static boolean isApi(String packageName) {
        return API.contains(packageName);
    }

    /** Packages that a jar or a folder has classes in. */
    static Set<String> packages(Path file) {
        try {
            if (Files.isDirectory(file)) {
                return packagesBelow(file);
            }
            try (FileSystem jar = FileSystems.newFileSystem(file)) {
                return packagesBelow(jar.getPath("/"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static Set<String> packagesBelow(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .map(file -> root.relativize(file).getParent())
                    .filter(folder -> folder != null)
                    .map(folder ->
                            folder.toString().replace(folder.getFileSystem().getSeparator(), "."))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The jar or folder that a class was loaded from. */
    static Path location(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new AssertionError(type.getName() + " comes from no jar and no folder: override plugin()");
        }
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError("where " + type.getName() + " comes from is no address: " + e.getMessage(), e);
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }
}
