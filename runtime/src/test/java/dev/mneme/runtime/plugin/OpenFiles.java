package dev.mneme.runtime.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Files that this process holds open, on systems that tell. */
final class OpenFiles {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private OpenFiles() {}

    static void assertNoneOf(Path file) {
        if (Files.isDirectory(DESCRIPTORS)) {
            assertThat(all()).doesNotContain(file.toString());
        }
    }

    static void assertHas(Path file) {
        if (Files.isDirectory(DESCRIPTORS)) {
            assertThat(all()).contains(file.toString());
        }
    }

    static void assertNoneBelow(Path folder) {
        if (Files.isDirectory(DESCRIPTORS)) {
            assertThat(all()).noneMatch(file -> file.startsWith(folder + "/"));
        }
    }

    private static List<String> all() {
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            return descriptors.map(OpenFiles::target).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            // Closed since it was listed.
            return "";
        }
    }
}
