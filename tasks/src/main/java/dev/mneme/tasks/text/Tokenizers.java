package dev.mneme.tasks.text;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Tokenizers that come from a file. */
final class Tokenizers {
    private Tokenizers() {}

    /** @param names what the setting accepts beside a file */
    static TextTokenizer fromFile(String setting, List<String> names) {
        Optional<Path> file = existing(setting);
        if (file.isEmpty()) {
            boolean looksLikeFile = setting.endsWith(".json") || setting.contains("/");
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "reading tokenizer '" + setting + "': there is no such file"
                            + (looksLikeFile ? "" : ", nor a tokenizer of that name") + "; "
                            + NearestName.hint(setting, names) + ", or the path of a Hugging Face tokenizer.json");
        }
        return JsonTokenizer.load(file.get());
    }

    private static Optional<Path> existing(String setting) {
        try {
            return Optional.of(Path.of(setting)).filter(Files::isRegularFile);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
