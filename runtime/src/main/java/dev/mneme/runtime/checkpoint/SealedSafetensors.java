package dev.mneme.runtime.checkpoint;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A safetensors file that carries a checksum over every byte of itself, the header and its padding included: what was
 * cut, flipped or pasted is refused before anything of it is believed. Other programs read it as any safetensors file.
 *
 * <p>The first two entries of its metadata are the SHA-256 of the file, taken with zeros in the place of the sum, and
 * the size of the file in bytes; so both lie at a fixed place.
 */
public final class SealedSafetensors {
    private static final String SUM = "sha256";
    private static final String SIZE = "size";
    private static final int SUM_LENGTH = 64;
    private static final int SIZE_LENGTH = 16;
    private static final int HEADER_LENGTH_BYTES = 8;
    private static final String BEFORE_SUM = "{\"" + Safetensors.METADATA + "\":{\"" + SUM + "\":\"";
    private static final String BETWEEN = "\",\"" + SIZE + "\":\"";
    private static final int SUM_AT = HEADER_LENGTH_BYTES + BEFORE_SUM.length();
    private static final int SIZE_AT = SUM_AT + SUM_LENGTH + BETWEEN.length();
    private static final String BLANK_SUM = "0".repeat(SUM_LENGTH);

    private SealedSafetensors() {}

    /**
     * Writes a file, atomically.
     *
     * @param metadata free text by key
     * @param tensors in the order they are stored
     * @throws MnemeException ({@code FILE_FAILED}) if the file cannot be written
     */
    public static void write(Path file, Map<String, String> metadata, Map<String, ? extends Tensor> tensors) {
        if (metadata.containsKey(SUM) || metadata.containsKey(SIZE)) {
            throw new IllegalArgumentException("metadata '" + SUM + "' and '" + SIZE + "' are the file's own");
        }
        AtomicFiles.write(file, stream -> {
            // The first pass, for the size and the sum, reads all values: nothing has to be held.
            long size = Safetensors.size(sealed(BLANK_SUM, 0, metadata), tensors);
            MessageDigest digest = Checksums.newDigest();
            OutputStream digesting = new DigestOutputStream(OutputStream.nullOutputStream(), digest);
            Safetensors.write(digesting, sealed(BLANK_SUM, size, metadata), tensors);
            String sum = HexFormat.of().formatHex(digest.digest());
            Safetensors.write(stream, sealed(sum, size, metadata), tensors);
        });
    }

    /**
     * Checks every byte of a file and opens it; the caller closes it.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) naming file and fault if it is not as it was written
     */
    public static SafetensorsFile open(Path file) {
        if (Files.notExists(file)) {
            throw new MnemeException(ErrorCode.CHECKPOINT_INVALID, file + " does not exist. Check the path");
        }
        try {
            verify(file);
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.CHECKPOINT_INVALID, file + " cannot be read: " + e, e);
        }
        return Safetensors.open(file);
    }

    private static void verify(Path file) throws IOException {
        long size = Files.size(file);
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] start = stream.readNBytes(SIZE_AT + SIZE_LENGTH);
            if (start.length < SIZE_AT + SIZE_LENGTH
                    || !BEFORE_SUM.equals(text(start, HEADER_LENGTH_BYTES, SUM_AT))
                    || !BETWEEN.equals(text(start, SUM_AT + SUM_LENGTH, SIZE_AT))) {
                throw invalid(file, "is none of the files that carry their own checksum, or its beginning is damaged");
            }
            String claimed = text(start, SIZE_AT, SIZE_AT + SIZE_LENGTH);
            if (!claimed.equals(sizeText(size))) {
                throw invalid(
                        file, "is truncated or altered: it has " + size + " bytes and was written with " + claimed);
            }
            String sum = text(start, SUM_AT, SUM_AT + SUM_LENGTH);
            Arrays.fill(start, SUM_AT, SUM_AT + SUM_LENGTH, (byte) '0');
            MessageDigest digest = Checksums.newDigest();
            digest.update(start);
            byte[] piece = new byte[1 << 16];
            for (int read = stream.read(piece); read >= 0; read = stream.read(piece)) {
                digest.update(piece, 0, read);
            }
            if (!sum.equals(HexFormat.of().formatHex(digest.digest()))) {
                throw invalid(file, "was altered: its content does not have the checksum it carries");
            }
        }
    }

    private static Map<String, String> sealed(String sum, long size, Map<String, String> metadata) {
        Map<String, String> result = new LinkedHashMap<>();
        result.put(SUM, sum);
        result.put(SIZE, sizeText(size));
        result.putAll(metadata);
        return result;
    }

    private static String sizeText(long size) {
        String digits = Long.toString(size);
        return "0".repeat(Math.max(0, SIZE_LENGTH - digits.length())) + digits;
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static MnemeException invalid(Path file, String fault) {
        return new MnemeException(ErrorCode.CHECKPOINT_INVALID, file + " " + fault + ". Restore it from a copy");
    }
}
