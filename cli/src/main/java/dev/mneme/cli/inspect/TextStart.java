package dev.mneme.cli.inspect;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The beginning of a text file. */
public final class TextStart {
    /** More than tokens of any tokenizer have on average. */
    private static final int CHARACTERS_PER_TOKEN = 32;

    private static final int PIECE = 1 << 13;

    private TextStart() {}

    /**
     * Enough of the file for this many tokens, or all of it; malformed UTF-8 as U+FFFD.
     *
     * @throws MnemeException ({@code DATA_UNREADABLE}) naming the file, if it is missing, empty or cannot be read
     */
    public static String of(Path file, long tokens) {
        if (!Files.isRegularFile(file)) {
            throw unreadable(file, Files.isDirectory(file) ? "it is a folder" : "there is no such file", null);
        }
        long most = tokens * CHARACTERS_PER_TOKEN;
        StringBuilder text = new StringBuilder();
        try (Reader reader = new InputStreamReader(
                Files.newInputStream(file),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE))) {
            char[] piece = new char[PIECE];
            for (int read = reader.read(piece); read >= 0 && text.length() < most; read = reader.read(piece)) {
                text.append(piece, 0, read);
            }
        } catch (IOException e) {
            throw unreadable(file, e.toString(), e);
        }
        if (text.isEmpty()) {
            throw unreadable(file, "it is empty", null);
        }
        return text.toString();
    }

    private static MnemeException unreadable(Path file, String why, @Nullable Throwable cause) {
        return new MnemeException(
                ErrorCode.DATA_UNREADABLE,
                "the text " + file + " cannot be read: " + why + ". Give a text file",
                cause);
    }
}
