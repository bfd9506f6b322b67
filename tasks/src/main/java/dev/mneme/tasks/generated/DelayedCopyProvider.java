package dev.mneme.tasks.generated;

import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.TaskProvider;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Tell the symbols that began the first segment after segments of distractors. All segments have {@code model.segment}
 * tokens L. The first holds c uniform symbols, then distractors; all others hold distractors, except the last, which is
 * QUERY throughout.
 *
 * <p>Encoder-decoder form: after the last segment the decoder starts with BOS and is fed the previous targets; before,
 * nothing is scored. Decoder form: the last segment is L - c times QUERY, then ANS a_1 .. a_{c-1}, and a_1 .. a_c are due
 * at its last c places. Encoder form: they are due at the last c places of a segment of QUERY.
 *
 * <p>{@code chanceAccuracy} is exactly 1 / symbols: the symbols are independent and the last segment holds none of them
 * before it is due.
 */
public final class DelayedCopyProvider implements TaskProvider<DelayedCopyConfig> {
    @Override
    public String name() {
        return "delayed-copy";
    }

    @Override
    public String summary() {
        return "tell the symbols of the first segment after segments of distractors; without a memory they are guesses";
    }

    @Override
    public Class<DelayedCopyConfig> configType() {
        return DelayedCopyConfig.class;
    }

    @Override
    public Task create(DelayedCopyConfig config, TaskContext context) {
        int length = context.segmentLength();
        int copied = config.copied();
        SegmentFit.require(copied, context, "task.copied");
        Symbols names = Symbols.withControl().and("s", config.symbols()).and("d", config.distractors());
        boolean paired = config.form().isPaired();
        TaskInfo info = new TaskInfo(
                config.form().form(),
                names.size(),
                names.size(),
                length,
                paired ? copied : 0,
                paired ? Symbols.BOS : -1,
                -1,
                1.0 / config.symbols(),
                Double.NaN);
        return new GeneratedTask(
                info, names, (split, random) -> draw(config, length, random), config.evaluationSequences());
    }

    private static Example draw(DelayedCopyConfig config, int length, SplittableRandom random) {
        int copied = config.copied();
        int firstDistractor = Symbols.FIRST_DATA + config.symbols();
        int lastSegment = Math.multiplyExact(config.segments() - 1, length);
        long[] answer =
                random.longs(copied, Symbols.FIRST_DATA, firstDistractor).toArray();
        long[] tokens = new long[lastSegment + length];
        System.arraycopy(answer, 0, tokens, 0, copied);
        for (int i = copied; i < lastSegment; i++) {
            tokens[i] = firstDistractor + random.nextInt(config.distractors());
        }
        Arrays.fill(tokens, lastSegment, tokens.length, Symbols.QUERY);
        if (config.form().isPaired()) {
            long[] decoderTokens = new long[copied];
            decoderTokens[0] = Symbols.BOS;
            System.arraycopy(answer, 0, decoderTokens, 1, copied - 1);
            return new Example(tokens, decoderTokens, answer);
        }
        int answerAt = tokens.length - copied;
        if (config.form() == SequenceForm.DECODER) {
            tokens[answerAt] = Symbols.ANS;
            System.arraycopy(answer, 0, tokens, answerAt + 1, copied - 1);
        }
        long[] labels = new long[tokens.length];
        Arrays.fill(labels, 0, answerAt, SegmentBatch.IGNORED);
        System.arraycopy(answer, 0, labels, answerAt, copied);
        return new Example(tokens, null, labels);
    }
}
