package dev.mneme.tasks.text;

import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskProvider;
import dev.mneme.tasks.data.DataCatalog;
import dev.mneme.tasks.data.DataSet;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Language modelling: predict every next token of a text, by default of Moby Dick, which comes with the jar.
 *
 * <p>Documents: a file is one, a line of a {@code .jsonl} file ({@code text} field) is one, a folder holds many. The
 * corpus is divided 90 / 5 / 5 once and for all: by documents where there are 20 or more, by position otherwise.
 *
 * <p>Batches hold parallel contiguous streams (as in Transformer-XL): row b of a window continues row b of the window
 * before, and the memory is carried. Documents begin at the start of a segment, where the {@code reset} flag of the row
 * is set; the last segment of a document is padded. So a memory never mixes two documents, at the price of a padded
 * segment a document: choose {@code model.segment} well below the usual length of a document. The first token of a
 * document is predicted from a begin token (line feed for bytes, the tokenizer's own if it has one, else id 0).
 *
 * <p>Training goes on for ever, epoch after epoch; each starts its streams at an offset drawn from seed and epoch, so
 * that segment borders differ. In evaluation every token is predicted once; a text of fewer than 16 segments a row is
 * read in fewer streams.
 */
public final class TextProvider implements TaskProvider<TextConfig> {
    @Override
    public String name() {
        return "text";
    }

    @Override
    public String summary() {
        return "predict the next byte or token of a text; a memory carries what earlier segments told";
    }

    @Override
    public Class<TextConfig> configType() {
        return TextConfig.class;
    }

    @Override
    public Task create(TextConfig config, TaskContext context) {
        TextTokenizer tokenizer = config.tokenizer().equals("bytes")
                ? new ByteTokenizer()
                : Tokenizers.fromFile(config.tokenizer(), List.of("bytes"));
        List<Document> documents = config.path().isEmpty()
                ? CorpusReader.bundled()
                : CorpusReader.read(
                        DataCatalog.resolve(config.path(), context.dataDirectory(), DataSet.Content.DOCUMENTS));
        Map<Split, TextStreams> streams = new EnumMap<>(Split.class);
        long evaluationBytes = 0;
        long evaluationTokens = 0;
        for (Map.Entry<Split, List<Document>> part : CorpusSplit.of(documents).entrySet()) {
            List<Tokens> tokens = new ArrayList<>();
            for (Document document : part.getValue()) {
                Tokens encoded = Tokens.of(document, tokenizer);
                if (encoded.length() > 0) {
                    tokens.add(encoded);
                }
                if (part.getKey() != Split.TRAIN) {
                    evaluationBytes += document.length();
                    evaluationTokens += encoded.length();
                }
            }
            streams.put(
                    part.getKey(),
                    new TextStreams(tokens, tokenizer.beginToken(), context.segmentLength(), context.segments()));
        }
        double bytesPerToken = (double) evaluationBytes / Math.max(1, evaluationTokens);
        return new TextTask(tokenizer, streams, context.segmentLength(), bytesPerToken);
    }
}
