package dev.mneme.tasks.text;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Predicting every next token of sequences that a program makes itself: what a customer did, what a machine logged. They
 * are read as {@link TextProvider} reads documents, in parallel streams that carry the memory along and start anew with
 * every sequence, the first token of which is predicted from {@link Vocabulary#begin()}.
 */
public final class TokenSequences {
    private static final int FEWEST = 20;

    private TokenSequences() {}

    /**
     * A task whose parts are chosen by number: of every twenty sequences in order the 19th is for validation, the 20th
     * for the test.
     *
     * @param sequences ids of the vocabulary, at least 20 sequences; without the beginning, which is added
     * @param context segment length and segments of a window, as {@code Mneme.newRun} gives them
     * @throws MnemeException ({@code DATA_UNREADABLE}) for too few sequences, or as {@link #task(Vocabulary, Map,
     *     TaskContext)}
     */
    public static Task task(Vocabulary vocabulary, List<long[]> sequences, TaskContext context) {
        if (sequences.size() < FEWEST) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "dividing " + sequences.size() + " sequences for training, validation and test: expected at least "
                            + FEWEST + "; cut them into shorter ones, or give the three parts yourself");
        }
        Map<Split, List<long[]>> parts = new EnumMap<>(Split.class);
        for (int i = 0; i < sequences.size(); i++) {
            parts.computeIfAbsent(CorpusSplit.byNumber(i), split -> new ArrayList<>())
                    .add(sequences.get(i));
        }
        return task(vocabulary, parts, context);
    }

    /**
     * A task over given parts.
     *
     * @param parts sequences for all three splits, none of them empty
     * @throws MnemeException ({@code DATA_UNREADABLE}) if a part or a sequence is empty, or a token is not in the
     *     vocabulary
     */
    public static Task task(Vocabulary vocabulary, Map<Split, List<long[]>> parts, TaskContext context) {
        Map<Split, TextStreams> streams = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            List<long[]> part = parts.getOrDefault(split, List.of());
            if (part.isEmpty()) {
                throw new MnemeException(
                        ErrorCode.DATA_UNREADABLE, "token sequences: there is none for the split " + split);
            }
            List<Tokens> tokens = new ArrayList<>();
            for (int i = 0; i < part.size(); i++) {
                tokens.add(checked(part.get(i), vocabulary, "sequence " + i + " of the split " + split));
            }
            streams.put(
                    split,
                    new TextStreams(
                            tokens, Math.toIntExact(vocabulary.begin()), context.segmentLength(), context.segments()));
        }
        return new TextTask(new Words(vocabulary), streams, context.segmentLength(), Double.NaN);
    }

    private static Tokens checked(long[] sequence, Vocabulary vocabulary, String name) {
        if (sequence.length == 0) {
            throw new MnemeException(ErrorCode.DATA_UNREADABLE, name + " is empty; leave it out");
        }
        int[] ids = new int[sequence.length];
        for (int i = 0; i < ids.length; i++) {
            long id = sequence[i];
            if (id < 0 || id >= vocabulary.size()) {
                throw new MnemeException(
                        ErrorCode.DATA_UNREADABLE,
                        name + ", token " + i + ": " + id + " is not in the vocabulary, which has ids 0 to "
                                + (vocabulary.size() - 1));
            }
            ids[i] = Math.toIntExact(id);
        }
        return new Tokens.Ids(ids);
    }

    /** A vocabulary as tasks over text know it. */
    private record Words(Vocabulary vocabulary) implements TextTokenizer {
        @Override
        public int size() {
            return vocabulary.size();
        }

        @Override
        public int[] encode(String text) {
            return Arrays.stream(vocabulary.encode(text.strip().split("\\s+")))
                    .mapToInt(Math::toIntExact)
                    .toArray();
        }

        @Override
        public String decode(int[] ids) {
            return vocabulary.decode(Arrays.stream(ids).asLongStream().toArray());
        }

        @Override
        public int beginToken() {
            return Math.toIntExact(vocabulary.begin());
        }
    }
}
