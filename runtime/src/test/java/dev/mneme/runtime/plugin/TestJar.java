package dev.mneme.runtime.plugin;

import dev.mneme.memory.MemoryProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.pf4j.ExtensionPoint;

/** Builds a plugin's jar from sources, as a third party would: against core-api alone. */
final class TestJar {
    private final Map<String, String> sources = new HashMap<>();
    private final Map<String, byte[]> entries = new TreeMap<>();
    private final Attributes attributes;
    private final Manifest manifest = new Manifest();
    private int classVersion;

    private TestJar() {
        attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    }

    /** A jar with a complete manifest. */
    static TestJar plugin(String id) {
        return new TestJar()
                .manifest("Plugin-Id", id)
                .manifest("Plugin-Version", "1.2.3")
                .manifest("Plugin-Requires", ">=0.1.0 & <0.2.0");
    }

    /** A jar that says nothing of itself. */
    static TestJar bare() {
        return new TestJar();
    }

    TestJar manifest(String key, String value) {
        attributes.putValue(key, value);
        return this;
    }

    TestJar source(String className, String text) {
        sources.put(className, text);
        return this;
    }

    /** A memory called {@code name}, named in the services file. */
    TestJar memory(String className, String name) {
        return source(className, memorySource(className, name, "one line", "return null;"))
                .service(MemoryProvider.class, className);
    }

    TestJar service(Class<?> service, String... classNames) {
        return entry("META-INF/services/" + service.getName(), String.join("\n", classNames));
    }

    TestJar entry(String path, String text) {
        entries.put(path, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** All classes of another jar or folder. */
    TestJar copyOf(Path classes) throws IOException {
        if (!Files.isDirectory(classes)) {
            try (FileSystem jar = FileSystems.newFileSystem(classes)) {
                return copyOf(jar.getPath("/"));
            }
        }
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.toString().endsWith(".class")) {
                    entries.put(classes.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
                }
            }
        }
        return this;
    }

    /** Major version to write into the class files. */
    TestJar classVersion(int major) {
        classVersion = major;
        return this;
    }

    Path write(Path folder, String fileName) throws IOException {
        entries.putAll(compile());
        Path jar = folder.resolve(fileName);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(new JarEntry(entry.getKey()));
                out.write(entry.getValue());
                out.closeEntry();
            }
        }
        return jar;
    }

    /** Removes an entry of a jar that was written before. */
    static void withoutEntry(Path jar, String entry) throws IOException {
        try (FileSystem content = FileSystems.newFileSystem(jar)) {
            Files.delete(content.getPath(entry));
        }
    }

    static String memorySource(String className, String name, String summaryLiteral, String create) {
        return memorySourceWithSummary(className, name, '"' + summaryLiteral + '"', create);
    }

    /** Source of a memory whose description's summary is an expression and whose creation is a statement. */
    static String memorySourceWithSummary(String className, String name, String summary, String create) {
        int dot = className.lastIndexOf('.');
        return """
                package %s;
                import dev.mneme.config.Setting;
                import dev.mneme.memory.*;
                public class %s implements MemoryProvider<%2$s.Config> {
                    public record Config(@Setting(value = "rows that are kept", min = 1, max = 64) int slots) {
                        public static Config defaults() { return new Config(4); }
                    }
                    public String name() { return "%s"; }
                    public MemoryDescription description() { return new MemoryDescription("title", "cite", %s); }
                    public Class<Config> configType() { return Config.class; }
                    public Roles roles(Config config, MechanismContext context) { %s }
                }
                """.formatted(className.substring(0, dot), className.substring(dot + 1), name, summary, create);
    }

    /** Where a class comes from: a jar or a folder. */
    static Path locationOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, byte[]> compile() throws IOException {
        if (sources.isEmpty()) {
            return Map.of();
        }
        String classPath = Stream.of(MemoryProvider.class, ExtensionPoint.class, NullMarked.class)
                .map(type -> locationOf(type).toString())
                .collect(Collectors.joining(System.getProperty("path.separator")));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, ByteArrayOutputStream> classes = new HashMap<>();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
                JavaFileManager memory = new ForwardingJavaFileManager<JavaFileManager>(files) {
                    @Override
                    public JavaFileObject getJavaFileForOutput(
                            Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
                        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                        classes.put(className.replace('.', '/') + ".class", bytes);
                        return new SimpleJavaFileObject(URI.create("mem:///" + className + ".class"), kind) {
                            @Override
                            public OutputStream openOutputStream() {
                                return bytes;
                            }
                        };
                    }
                }) {
            List<JavaFileObject> units = new ArrayList<>();
            sources.forEach((name, text) -> units.add(
                    new SimpleJavaFileObject(
                            URI.create("mem:///" + name.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {
                        @Override
                        public CharSequence getCharContent(boolean ignoreErrors) {
                            return text;
                        }
                    }));
            boolean done = compiler.getTask(
                            messages,
                            memory,
                            null,
                            List.of("--release", "17", "-proc:none", "-classpath", classPath),
                            null,
                            units)
                    .call();
            if (!done) {
                throw new IllegalStateException("the test's own source does not compile: " + messages);
            }
        }
        Map<String, byte[]> bytes = new HashMap<>();
        classes.forEach((name, stream) -> bytes.put(name, withVersion(stream.toByteArray())));
        return bytes;
    }

    private byte[] withVersion(byte[] classFile) {
        if (classVersion != 0) {
            classFile[6] = (byte) (classVersion >> 8);
            classFile[7] = (byte) classVersion;
        }
        return classFile;
    }
}
