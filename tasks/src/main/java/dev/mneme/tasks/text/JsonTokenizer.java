package dev.mneme.tasks.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A Hugging Face {@code tokenizer.json}, through the native tokenizers library. Special tokens are not added. The native
 * library is loaded when the first such file is read, not before.
 */
final class JsonTokenizer implements TextTokenizer {
    /** Longest text given to the native library at once; longer text is cut at line ends. */
    private static final int PART = 1 << 16;

    private static final List<String> BEGIN_NAMES =
            List.of("<s>", "<|begin_of_text|>", "<bos>", "[BOS]", "[CLS]", "<|endoftext|>", "</s>");

    private final HuggingFaceTokenizer tokenizer;
    private final int size;
    private final int beginToken;

    private JsonTokenizer(HuggingFaceTokenizer tokenizer, int size, int beginToken) {
        this.tokenizer = tokenizer;
        this.size = size;
        this.beginToken = beginToken;
    }

    static JsonTokenizer load(Path file) {
        try {
            JsonNode json = new ObjectMapper().readTree(file.toFile());
            int size = 1 + highestId(json);
            if (size == 0) {
                throw unreadable(file, "it has no vocabulary (model.vocab)", null);
            }
            // Without this property the library reports its use to its vendor's metadata service.
            if (System.getProperty("OPT_OUT_TRACKING") == null) {
                System.setProperty("OPT_OUT_TRACKING", "true");
            }
            HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(
                    file, Map.of("addSpecialTokens", "false", "padding", "false", "truncation", "false"));
            return new JsonTokenizer(tokenizer, size, beginToken(json));
        } catch (IOException | RuntimeException | LinkageError e) {
            if (e instanceof MnemeException known) {
                throw known;
            }
            throw unreadable(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static MnemeException unreadable(Path file, String reason, @Nullable Throwable e) {
        return new MnemeException(
                ErrorCode.DATA_UNREADABLE,
                "reading tokenizer " + file.toAbsolutePath() + ": expected a Hugging Face tokenizer.json; " + reason,
                e);
    }

    private static int highestId(JsonNode json) {
        int highest = -1;
        JsonNode vocabulary = json.path("model").path("vocab");
        if (vocabulary.isArray()) {
            highest = vocabulary.size() - 1;
        } else {
            for (JsonNode id : vocabulary) {
                highest = Math.max(highest, id.asInt(-1));
            }
        }
        for (JsonNode added : json.path("added_tokens")) {
            highest = Math.max(highest, added.path("id").asInt(-1));
        }
        return highest;
    }

    private static int beginToken(JsonNode json) {
        for (String name : BEGIN_NAMES) {
            for (JsonNode added : json.path("added_tokens")) {
                if (added.path("content").asText().equals(name)) {
                    return added.path("id").asInt();
                }
            }
        }
        return 0;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int[] encode(String text) {
        LongStream.Builder ids = LongStream.builder();
        int from = 0;
        while (from < text.length()) {
            int to = cut(text, from);
            Arrays.stream(tokenizer
                            .encode(text.substring(from, to), false, false)
                            .getIds())
                    .forEach(ids::add);
            from = to;
        }
        return ids.build().mapToInt(Math::toIntExact).toArray();
    }

    private static int cut(String text, int from) {
        int to = from + PART;
        if (to >= text.length()) {
            return text.length();
        }
        int line = text.lastIndexOf('\n', to - 1);
        if (line > from) {
            return line + 1;
        }
        return Character.isLowSurrogate(text.charAt(to)) ? to - 1 : to;
    }

    @Override
    public String decode(int[] ids) {
        return VisibleText.of(tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), false));
    }

    @Override
    public int beginToken() {
        return beginToken;
    }
}
