package dev.mneme.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunFolderTest {
    @TempDir
    private Path directory;

    @Test
    void onlyCompleteCheckpointsAreSeen() throws IOException {
        RunFolder folder = folderWith(3, 12, 123_456_789);
        Files.createDirectory(folder.checkpoints().resolve(".step-00000099.unfinished-1"));
        Files.createDirectory(folder.checkpoints().resolve("step-7"));
        Files.writeString(folder.checkpoints().resolve("step-00000050"), "a file");
        assertThat(folder.steps()).containsExactly(3L, 12L, 123_456_789L);
    }

    @Test
    void pruningKeepsTheNewestAndTheBest() throws IOException {
        RunFolder folder = folderWith(1, 2, 3, 4, 5);
        folder.prune(2, 2);
        assertThat(folder.steps()).containsExactly(2L, 4L, 5L);
        folder.prune(0, 2);
        assertThat(folder.steps()).containsExactly(2L, 5L);
        assertThat(AtomicFiles.list(folder.checkpoints())).hasSize(2);
    }

    @Test
    void laterCheckpointsAreDeleted() throws IOException {
        RunFolder folder = folderWith(1, 2, 3);
        folder.deleteAfter(1);
        assertThat(folder.steps()).containsExactly(1L);
    }

    @Test
    void oneWriterAtATime() {
        RunFolder folder = RunFolder.create(directory);
        try (RunFolder.Lock lock = folder.lock()) {
            assertThatThrownBy(folder::lock)
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining("another process is training in");
        }
        folder.lock().close();
    }

    @Test
    void configurationReadsBack() {
        RunFolder folder = RunFolder.create(directory);
        assertThatThrownBy(() -> RunFolder.open(directory)).hasMessageContaining("it has no config.json");
        folder.writeConfig(Map.of("memory", Map.of("name", "none"), "seed", 3));
        assertThat(RunFolder.open(directory).readConfig())
                .containsEntry("seed", 3)
                .containsEntry("memory", Map.of("name", "none"));
    }

    @Test
    void aWriterThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = directory.resolve("file");
        AtomicFiles.write(file, stream -> stream.write(new byte[] {1, 2}));
        assertThatThrownBy(() -> AtomicFiles.write(file, stream -> {
                    stream.write(new byte[] {3});
                    throw new IOException("disk full");
                }))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("FILE_FAILED: cannot write " + file)
                .hasMessageContaining("disk full");
        assertThat(Files.readAllBytes(file)).containsExactly(1, 2);
        assertThat(AtomicFiles.list(directory)).isEqualTo(List.of(file));
    }

    private RunFolder folderWith(long... steps) throws IOException {
        RunFolder folder = RunFolder.create(directory);
        for (long step : steps) {
            Files.createDirectory(folder.checkpoint(step));
            Files.writeString(folder.checkpoint(step).resolve("file"), "x");
        }
        return folder;
    }
}
