package dev.mneme.runtime.generate;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentStream;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.TaskInfo;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Lets a model write. Thread-safe as long as nobody trains the model. */
public final class Generator {
    private final Model model;
    private final TaskInfo task;

    public Generator(Model model) {
        this.model = model;
        this.task = model.describe().task();
    }

    /**
     * Continues prompts of any length, through as many segments as it takes. A row ends at the end symbol, where the
     * task has one.
     *
     * @param prompts ids, at least one each
     * @return the generated ids of each prompt, without prompt and end symbol
     * @throws MnemeException ({@code CONFIG_INVALID}) if the model is not a decoder over one vocabulary, a prompt is
     *     empty or holds an id outside of it
     */
    public List<long[]> continuations(List<long[]> prompts, Decoding decoding) {
        requireLanguageModel();
        prompts.forEach(prompt -> checkIds("prompt", prompt, task.vocabulary()));
        long[][] results = new long[prompts.size()][];
        byLength(prompts).values().forEach(rows -> {
            long[][] batch = rows.stream().map(prompts::get).toArray(long[][]::new);
            List<long[]> chosen = continueBatch(batch, decoding, rows, token -> {});
            IntStream.range(0, rows.size()).forEach(i -> results[rows.get(i)] = chosen.get(i));
        });
        return List.of(results);
    }

    /**
     * As {@link #continuations} for one prompt.
     *
     * @param listener is told every token as it is chosen
     */
    public long[] continuation(long[] prompt, Decoding decoding, LongConsumer listener) {
        requireLanguageModel();
        checkIds("prompt", prompt, task.vocabulary());
        return continueBatch(new long[][] {prompt}, decoding, List.of(0), listener)
                .get(0);
    }

    /**
     * Answers sources that fit a segment, from the initial memory.
     *
     * @param sources ids, at least one each
     * @return the generated ids of each, without begin and end symbol
     * @throws MnemeException ({@code CONFIG_INVALID}) if the model is not an encoder-decoder, a source is empty, too long
     *     or holds an id outside of the vocabulary
     */
    public List<long[]> targets(List<long[]> sources, Decoding decoding) {
        sources.forEach(source -> checkIds("source", source, task.vocabulary()));
        int longest = sources.stream().mapToInt(source -> source.length).max().orElse(0);
        if (longest > task.maxLength()) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "a source of " + longest + " tokens; this model reads at most " + task.maxLength() + " at a time");
        }
        long[] tokens = new long[sources.size() * longest];
        boolean[] valid = new boolean[tokens.length];
        for (int row = 0; row < sources.size(); row++) {
            long[] source = sources.get(row);
            System.arraycopy(source, 0, tokens, row * longest, source.length);
            Arrays.fill(valid, row * longest, row * longest + source.length, true);
        }
        return targets(
                new SegmentBatch(sources.size(), longest, tokens, valid, 0, null, new long[0], null), null, decoding);
    }

    /**
     * Answers the sources of a batch.
     *
     * @param batch its decoder tokens and labels are not looked at
     * @param previous memory state after the segment before; null at the start of all streams
     * @return as {@link #targets(List, Decoding)}
     */
    public List<long[]> targets(SegmentBatch batch, @Nullable MemoryState previous, Decoding decoding) {
        if (task.form() != Form.ENCODER_DECODER) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "only an encoder-decoder answers sources; this model is of the form " + task.form());
        }
        SegmentBatch source = new SegmentBatch(
                batch.rows(), batch.length(), batch.tokens(), batch.valid(), 0, null, new long[0], batch.reset());
        List<Integer> rows = IntStream.range(0, batch.rows()).boxed().toList();
        Choice choice = new Choice(decoding, rows, task);
        int limit = Math.min(decoding.maxTokens(), task.maxTargetLength());
        TensorBackend backend = model.backend();
        try (GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope();
                SegmentStream stream = model.stream(source, previous, Pass.evaluation())) {
            long[][] next = new long[batch.rows()][];
            Arrays.fill(next, new long[] {task.beginToken()});
            for (int i = 0; i < limit && !choice.allEnded(); i++) {
                next = choice.next(feed(stream, next));
            }
        }
        return choice.tokens();
    }

    private double[][] feed(SegmentStream stream, long[][] tokens) {
        TensorBackend backend = model.backend();
        try (TensorScope scope = backend.scope()) {
            long[] column = Arrays.stream(tokens).mapToLong(row -> row[0]).toArray();
            return Logits.last(stream.feed(model.tokens(column, tokens.length)));
        }
    }

    private List<long[]> continueBatch(long[][] prompts, Decoding decoding, List<Integer> rows, LongConsumer listener) {
        Choice choice = new Choice(decoding, rows, task);
        try (Continuation continuation = new Continuation(model, prompts.length)) {
            long[][] next = prompts;
            for (int i = 0; i < decoding.maxTokens() && !choice.allEnded(); i++) {
                next = choice.next(continuation.feed(next));
                if (!choice.hasEnded(0)) {
                    listener.accept(next[0][0]);
                }
            }
        }
        return choice.tokens();
    }

    private static Map<Integer, List<Integer>> byLength(List<long[]> prompts) {
        return IntStream.range(0, prompts.size())
                .boxed()
                .collect(Collectors.groupingBy(row -> prompts.get(row).length, TreeMap::new, Collectors.toList()));
    }

    private void requireLanguageModel() {
        if (task.form() != Form.DECODER || task.vocabulary() != task.targetVocabulary()) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "only a decoder whose labels are its input tokens continues a prompt; this model is of the form "
                            + task.form() + " with " + task.vocabulary() + " input tokens and "
                            + task.targetVocabulary() + " labels");
        }
    }

    private static void checkIds(String what, long[] ids, int vocabulary) {
        if (ids.length == 0) {
            throw new MnemeException(ErrorCode.CONFIG_INVALID, "the " + what + " is empty; give at least one token");
        }
        for (long id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw new MnemeException(
                        ErrorCode.CONFIG_INVALID,
                        "the " + what + " holds id " + id + ", the vocabulary has ids 0 to " + (vocabulary - 1));
            }
        }
    }
}
