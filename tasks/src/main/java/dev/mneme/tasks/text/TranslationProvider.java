package dev.mneme.tasks.text;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskProvider;
import dev.mneme.tasks.data.DataCatalog;
import dev.mneme.tasks.data.DataSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Translation: the encoder reads a sentence, the decoder writes it in another language. By default English to Spanish,
 * on 2,000 Bible verses that come with the jar.
 *
 * <p>Pairs are divided 90 / 5 / 5 by a hash of their ids; a learned vocabulary sees the training part alone. Both
 * languages share one vocabulary: PAD 0, BOS 1, EOS 2, UNK 3, then the tokenizer's ids shifted by 4. The decoder reads
 * BOS and the target, its labels are the target and EOS. Every pair is a single segment; pairs longer than
 * {@code max_source} or {@code max_target} are skipped and their number is logged.
 */
public final class TranslationProvider implements TaskProvider<TranslationConfig> {
    private static final Logger LOG = LoggerFactory.getLogger(TranslationProvider.class);

    @Override
    public String name() {
        return "translation";
    }

    @Override
    public String summary() {
        return "translate sentences; scored per token and by BLEU of what is generated";
    }

    @Override
    public Class<TranslationConfig> configType() {
        return TranslationConfig.class;
    }

    @Override
    public Task create(TranslationConfig config, TaskContext context) {
        List<SentencePair> pairs = config.path().isEmpty()
                ? PairReader.bundled()
                : PairReader.read(DataCatalog.resolve(config.path(), context.dataDirectory(), DataSet.Content.PAIRS));
        TranslationCodec codec = new TranslationCodec(tokenizer(config, pairs));
        Map<Split, List<EncodedPair>> parts = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            parts.put(split, new ArrayList<>());
        }
        int skipped = 0;
        long evaluationBytes = 0;
        long evaluationLabels = 0;
        for (SentencePair pair : pairs) {
            EncodedPair encoded = new EncodedPair(codec.encode(pair.source()), codec.encode(pair.target()));
            if (!encoded.fits(config.maxSource(), config.maxTarget())) {
                skipped++;
                continue;
            }
            parts.get(pair.split()).add(encoded);
            if (pair.split() != Split.TRAIN) {
                evaluationBytes += pair.target().getBytes(StandardCharsets.UTF_8).length;
                evaluationLabels += encoded.target().length + 1;
            }
        }
        if (skipped > 0) {
            LOG.info(
                    "translation: {} of {} pairs skipped: empty, or longer than max_source={} or max_target={} tokens",
                    skipped,
                    pairs.size(),
                    config.maxSource(),
                    config.maxTarget());
        }
        for (Map.Entry<Split, List<EncodedPair>> part : parts.entrySet()) {
            if (part.getValue().isEmpty()) {
                throw new MnemeException(
                        ErrorCode.DATA_UNREADABLE,
                        "dividing " + pairs.size() + " sentence pairs (" + skipped
                                + " skipped as too long) 90 / 5 / 5: "
                                + "nothing is left for " + part.getKey() + "; give more pairs or raise max_source and "
                                + "max_target");
            }
        }
        return new TranslationTask(
                codec,
                parts,
                config.maxSource(),
                config.maxTarget(),
                (double) evaluationBytes / evaluationLabels,
                skipped);
    }

    private static TextTokenizer tokenizer(TranslationConfig config, List<SentencePair> pairs) {
        Iterable<String> training = () -> pairs.stream()
                .filter(pair -> pair.split() == Split.TRAIN)
                .flatMap(pair -> Stream.of(pair.source(), pair.target()))
                .iterator();
        int size = config.vocabulary() - TranslationCodec.SPECIAL;
        return switch (config.tokenizer()) {
            case "bpe" -> BytePairTrainer.train(training, size);
            case "words" -> ListTokenizer.words(training, size);
            case "characters" -> ListTokenizer.characters(training, size);
            case "bytes" -> new ByteTokenizer();
            default -> Tokenizers.fromFile(config.tokenizer(), List.of("bpe", "words", "characters", "bytes"));
        };
    }
}
