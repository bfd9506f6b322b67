package dev.mneme.runtime.checkpoint;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The file {@code SHA256SUMS} of a checkpoint, in the format of {@code sha256sum --check}. */
final class Checksums {
    static final String NAME = "SHA256SUMS";

    private Checksums() {}

    /** Writes the sums of the given files of a folder. */
    static void write(Path folder, List<String> names) throws IOException {
        Files.writeString(folder.resolve(NAME), expected(folder, names));
    }

    /**
     * Checks every file of a checkpoint.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) naming the first file that is missing or changed
     */
    static void verify(Path folder, List<String> names) {
        Path sums = folder.resolve(NAME);
        for (String name : names) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw invalid(folder.resolve(name), "is missing");
            }
        }
        try {
            if (!Files.isRegularFile(sums)) {
                throw invalid(sums, "is missing");
            }
            String found = Files.readString(sums, StandardCharsets.ISO_8859_1);
            String actual = expected(folder, names);
            if (!found.equals(actual)) {
                throw firstDifference(
                        folder, names, found.lines().toList(), actual.lines().toList());
            }
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.CHECKPOINT_INVALID, "checkpoint " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static MnemeException firstDifference(
            Path folder, List<String> names, List<String> found, List<String> actual) {
        for (int i = 0; i < names.size(); i++) {
            if (!found.contains(actual.get(i))) {
                return invalid(
                        folder.resolve(names.get(i)),
                        "does not have the checksum that " + NAME
                                + " gives it: one of the two is corrupt or truncated");
            }
        }
        return invalid(folder.resolve(NAME), "lists other files than a checkpoint has");
    }

    private static MnemeException invalid(Path file, String fault) {
        return new MnemeException(
                ErrorCode.CHECKPOINT_INVALID,
                file + " " + fault + ". Delete the folder " + file.getParent()
                        + " to go on from the checkpoint before it");
    }

    private static String expected(Path folder, List<String> names) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String name : names) {
            lines.append(sha256(folder.resolve(name))).append("  ").append(name).append('\n');
        }
        return lines.toString();
    }

    static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = newDigest();
        byte[] piece = new byte[1 << 16];
        try (InputStream stream = Files.newInputStream(file)) {
            for (int read = stream.read(piece); read >= 0; read = stream.read(piece)) {
                digest.update(piece, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
