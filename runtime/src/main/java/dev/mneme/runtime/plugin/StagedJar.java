package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.AtomicFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A copy of a jar on its way into a plugin folder: on the same file system, already under its final name, in a hidden
 * folder of its own, so that what was checked is what arrives, and arrives whole.
 */
final class StagedJar implements AutoCloseable {
    private static final String PREFIX = ".incoming-";

    private final Path jar;
    private final String digest;

    private StagedJar(Path jar, String digest) {
        this.jar = jar;
        this.digest = digest;
    }

    /** Copies a jar beside its destination and forces it to the disk. The folder is locked. */
    static StagedJar copy(Path source, Path folder, String name) {
        try {
            deleteLeftovers(folder);
            Path jar = Files.createTempDirectory(folder, PREFIX).resolve(name);
            try (FileChannel channel = FileChannel.open(jar, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    OutputStream out = Channels.newOutputStream(channel)) {
                String digest = FileDigest.copy(source, out);
                channel.force(true);
                return new StagedJar(jar, digest);
            } catch (IOException e) {
                delete(jar.getParent());
                throw e;
            }
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    "cannot copy " + source + " to " + folder + ": " + e
                            + ". Check that the file is there and the folder is writable and has room",
                    e);
        }
    }

    Path jar() {
        return jar;
    }

    String digest() {
        return digest;
    }

    /** Gives the jar its place. */
    void moveTo(Path target) {
        move(jar, target);
    }

    /** Renames a jar at once and for good. */
    static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            AtomicFiles.force(to.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED, "cannot rename " + from + " to " + to + ": " + e + ". Check permissions", e);
        }
    }

    @Override
    public void close() {
        try {
            delete(jar.getParent());
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.FILE_FAILED, "cannot delete " + jar.getParent() + ": " + e, e);
        }
    }

    /** What an install that died left behind. */
    private static void deleteLeftovers(Path folder) throws IOException {
        for (Path entry : entries(folder)) {
            if (entry.getFileName().toString().startsWith(PREFIX)) {
                delete(entry);
            }
        }
    }

    private static void delete(Path staging) throws IOException {
        for (Path file : entries(staging)) {
            Files.delete(file);
        }
        Files.delete(staging);
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
