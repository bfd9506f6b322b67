package dev.mneme.runtime.checkpoint;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Files and folders that appear complete or not at all, whenever the process or the machine dies. */
public final class AtomicFiles {
    /** In the name of everything unfinished: readers skip it, {@link #deleteLeftovers} removes it. */
    private static final String UNFINISHED = ".unfinished-";

    private AtomicFiles() {}

    /** Writes the content of a file or folder. */
    @FunctionalInterface
    public interface Writer<T> {
        void write(T target) throws IOException;
    }

    /**
     * Writes a file under a temporary name beside the target, forces it to the disk and renames it.
     *
     * @throws MnemeException ({@link ErrorCode#FILE_FAILED}) naming the file; the target is as it was before
     */
    public static void write(Path target, Writer<OutputStream> writer) {
        Path absolute = target.toAbsolutePath();
        Path temporary = unfinished(absolute);
        try {
            try (FileChannel channel =
                            FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    OutputStream stream = Channels.newOutputStream(channel)) {
                writer.write(stream);
                channel.force(true);
            }
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            force(parent(absolute));
        } catch (IOException e) {
            discard(temporary);
            throw failed("write", target, e);
        } catch (RuntimeException e) {
            discard(temporary);
            throw e;
        }
    }

    /**
     * Fills a folder under a temporary name beside the target, forces its files to the disk and renames it. A folder
     * that already has the target's name is replaced.
     *
     * @throws MnemeException ({@link ErrorCode#FILE_FAILED}) naming the folder; the target is as it was before
     */
    static void writeFolder(Path target, Writer<Path> writer) {
        Path absolute = target.toAbsolutePath();
        Path temporary = unfinished(absolute);
        try {
            Files.createDirectories(temporary);
            writer.write(temporary);
            for (Path file : list(temporary)) {
                force(file);
            }
            force(temporary);
            if (Files.exists(absolute)) {
                deleteFolder(absolute);
            }
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
            force(parent(absolute));
        } catch (IOException e) {
            discard(temporary);
            throw failed("write", target, e);
        } catch (RuntimeException e) {
            discard(temporary);
            throw e;
        }
    }

    /**
     * Deletes a folder: renamed first, so that a half deleted one is never taken for a whole one.
     *
     * @throws MnemeException ({@link ErrorCode#FILE_FAILED}) naming the folder
     */
    static void deleteFolder(Path folder) {
        Path absolute = folder.toAbsolutePath();
        try {
            Path temporary = unfinished(absolute);
            Files.move(absolute, temporary, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(temporary);
        } catch (IOException e) {
            throw failed("delete", folder, e);
        }
    }

    /** Removes what a process that died left behind in a folder. */
    static void deleteLeftovers(Path folder) {
        try {
            for (Path entry : list(folder)) {
                if (isUnfinished(entry)) {
                    deleteTree(entry);
                }
            }
        } catch (IOException e) {
            throw failed("clean up", folder, e);
        }
    }

    static boolean isUnfinished(Path path) {
        return path.getFileName().toString().contains(UNFINISHED);
    }

    static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    static MnemeException failed(String verb, Path path, IOException e) {
        return new MnemeException(
                ErrorCode.FILE_FAILED,
                "cannot " + verb + " " + path + ": " + e + ". Check that the folder exists, is writable and has room",
                e);
    }

    private static Path unfinished(Path target) {
        String name = "." + target.getFileName() + UNFINISHED + UUID.randomUUID();
        return target.resolveSibling(name);
    }

    private static Path parent(Path absolute) throws IOException {
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new IOException("a file system root cannot be written");
        }
        return parent;
    }

    /** Forces a file, or the names in a folder, to the disk. */
    public static void force(Path path) throws IOException {
        boolean isFolder = Files.isDirectory(path);
        if (isFolder && !path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return; // Only POSIX systems open folders; elsewhere a rename is as durable as it can be made.
        }
        StandardOpenOption option = isFolder ? StandardOpenOption.READ : StandardOpenOption.WRITE;
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }

    /** Best effort after a failure whose own exception is about to be thrown. */
    private static void discard(Path temporary) {
        try {
            deleteTree(temporary);
        } catch (IOException e) {
            temporary.toFile().deleteOnExit();
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (Files.notExists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
