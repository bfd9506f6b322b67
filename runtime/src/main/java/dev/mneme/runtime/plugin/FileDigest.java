package dev.mneme.runtime.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of files, in lower-case hexadecimal digits. */
final class FileDigest {
    private FileDigest() {}

    static String of(Path file) throws IOException {
        return copy(file, OutputStream.nullOutputStream());
    }

    /** Copies a file and returns the digest of what was copied. */
    static String copy(Path file, OutputStream target) throws IOException {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        try (InputStream content = Files.newInputStream(file)) {
            content.transferTo(new DigestOutputStream(target, sha256));
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
