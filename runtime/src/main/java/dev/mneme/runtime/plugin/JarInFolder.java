package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A jar of the plugin folder that may be switched off by the ending of its name.
 *
 * @param path of the file
 * @param file its name without that ending
 * @param disabled whether it has it
 * @param manifest what it says of itself; null if that cannot be read
 */
record JarInFolder(
        Path path, String file, boolean disabled, @Nullable PluginManifest manifest) {
    private static final String JAR = ".jar";
    private static final String DISABLED = ".disabled";

    /** All jars of a folder by name. */
    static List<JarInFolder> all(Path folder) {
        List<JarInFolder> jars = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path path : files.sorted().toList()) {
                String name = path.getFileName().toString();
                boolean disabled = name.endsWith(DISABLED);
                String file = disabled ? name.substring(0, name.length() - DISABLED.length()) : name;
                if (!name.startsWith(".") && file.endsWith(JAR) && Files.isRegularFile(path)) {
                    jars.add(new JarInFolder(path, file, disabled, manifest(path)));
                }
            }
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    "cannot list the plugin folder " + folder + ": " + e + "; give a folder that can be read",
                    e);
        }
        return jars;
    }

    Path enabledPath() {
        return path.resolveSibling(file);
    }

    Path disabledPath() {
        return path.resolveSibling(file + DISABLED);
    }

    /** Whether a person means it by this name: its id, or its file name with or without the ending. */
    boolean isCalled(String name) {
        return name.equals(file) || name.equals(file.substring(0, file.length() - JAR.length())) || name.equals(id());
    }

    @Nullable String id() {
        return manifest == null ? null : manifest.id();
    }

    /**
     * Digest of its content.
     *
     * @throws MnemeException ({@code FILE_FAILED}) if it cannot be read
     */
    String digest() {
        try {
            return FileDigest.of(path);
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED, "cannot read " + path + ": " + e + "; check its permissions", e);
        }
    }

    private static @Nullable PluginManifest manifest(Path path) {
        try (JarFile jar = new JarFile(path.toFile())) {
            return PluginManifest.of(jar);
        } catch (IOException | PluginRejection | IllegalArgumentException | SecurityException e) {
            return null; // Whoever loads it says what is wrong.
        }
    }
}
