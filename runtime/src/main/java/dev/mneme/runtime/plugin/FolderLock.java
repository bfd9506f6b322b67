package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Keeps two from changing a plugin folder at once, in one process or in several; gone with the process that held it. */
final class FolderLock implements AutoCloseable {
    static final String FILE = ".lock";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Waits for half a minute at most.
     *
     * @throws MnemeException ({@code PLUGIN_BUSY}) if somebody else keeps it; ({@code FILE_FAILED}) if the folder cannot
     *     be written
     */
    static FolderLock take(Path folder) {
        return take(folder, PATIENCE);
    }

    static FolderLock take(Path folder, Duration patience) {
        Path file = folder.resolve(FILE);
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                await(channel, folder, System.nanoTime() + patience.toNanos());
                return new FolderLock(channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    "cannot lock " + file + ": " + e + ". Check that the folder exists and is writable",
                    e);
        }
    }

    private static void await(FileChannel channel, Path folder, long deadline) throws IOException {
        while (tryLock(channel) == null) {
            if (System.nanoTime() - deadline >= 0) {
                throw new MnemeException(
                        ErrorCode.PLUGIN_BUSY,
                        "another process is changing the plugins in " + folder + "; try again when it is done");
            }
            try {
                Thread.sleep(PAUSE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new MnemeException(ErrorCode.INTERRUPTED, "interrupted while waiting to change " + folder, e);
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another thread of this process has it.
            return null;
        }
    }

    /** Closing the channel releases the lock; the file stays, since deleting it would let two hold it. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.FILE_FAILED, "cannot release the lock of the plugin folder: " + e, e);
        }
    }
}
