package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The jar of a plugin, written from classes of the tests. */
final class PluginJar {
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final Manifest manifest = new Manifest();

    private PluginJar() {
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    }

    /** With a complete manifest and without anything else. */
    static PluginJar complete(String id) {
        return new PluginJar()
                .manifest("Plugin-Id", id)
                .manifest("Plugin-Version", "1.0.0")
                .manifest("Plugin-Requires", ">=0.1.0 & <0.2.0");
    }

    /** With the slots, their services file and a complete manifest. */
    static PluginJar ofSlots() {
        return complete("slots")
                .classes(
                        SlotProvider.class,
                        SlotConfig.class,
                        SlotMemory.class,
                        SlotReader.class,
                        SlotWriter.class,
                        Fault.class)
                .classes("SlotProvider$1")
                .service(SlotProvider.class);
    }

    PluginJar manifest(String key, String value) {
        manifest.getMainAttributes().putValue(key, value);
        return this;
    }

    PluginJar classes(Class<?>... types) {
        for (Class<?> type : types) {
            String path = type.getName().replace('.', '/') + ".class";
            entries.put(path, bytes(path));
        }
        return this;
    }

    /** A class of this package that has no name in the source. */
    PluginJar classes(String binaryName) {
        String path = PluginJar.class.getPackageName().replace('.', '/') + "/" + binaryName + ".class";
        entries.put(path, bytes(path));
        return this;
    }

    /** A class file in another place than its own. */
    PluginJar misplaced(Class<?> type, String folder) {
        entries.put(
                folder + "/" + type.getSimpleName() + ".class",
                bytes(type.getName().replace('.', '/') + ".class"));
        return this;
    }

    PluginJar service(Class<?> provider) {
        entries.put(
                "META-INF/services/" + MemoryProvider.class.getName(),
                provider.getName().getBytes(StandardCharsets.UTF_8));
        return this;
    }

    PluginJar withoutService() {
        entries.remove("META-INF/services/" + MemoryProvider.class.getName());
        return this;
    }

    Path write(Path folder, String name) {
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                jar.putNextEntry(new JarEntry(entry.getKey()));
                jar.write(entry.getValue());
                jar.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    private static byte[] bytes(String path) {
        try (var in = PluginJar.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("the tests have no " + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
