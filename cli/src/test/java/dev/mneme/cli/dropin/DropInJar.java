package dev.mneme.cli.dropin;

import dev.mneme.memory.MemoryProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Packs {@link DropInMemory} as a plugin's jar. */
public final class DropInJar {
    private DropInJar() {}

    /** Writes the jar of plugin {@code drop-in}; its class file is the same in every version. */
    public static Path write(Path jar, String version) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Plugin-Id", "drop-in");
        manifest.getMainAttributes().putValue("Plugin-Version", version);
        manifest.getMainAttributes().putValue("Plugin-Requires", ">=0.1.0 & <0.2.0");
        Files.createDirectories(jar.toAbsolutePath().getParent());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (Class<?> type : new Class<?>[] {DropInMemory.class, DropInMemory.Config.class}) {
                String name = type.getName().replace('.', '/') + ".class";
                out.putNextEntry(new ZipEntry(name));
                try (InputStream code =
                        Objects.requireNonNull(type.getClassLoader().getResourceAsStream(name))) {
                    code.transferTo(out);
                }
            }
            out.putNextEntry(new ZipEntry("META-INF/services/" + MemoryProvider.class.getName()));
            out.write(DropInMemory.class.getName().getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }
}
