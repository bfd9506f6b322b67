package dev.mneme.tck.memory;

import dev.mneme.memory.Segment;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A segment on the host. What is in it depends on the stream and the segment's index alone, so that rows can be picked and
 * permuted.
 *
 * @param rows number of streams
 * @param length tokens of each
 * @param tokens (rows, length)
 * @param valid (rows, length), or null
 * @param targets (rows, {@link #TARGET}), or null unless encoder-decoder
 */
record TestSegments(int rows, int length, long[] tokens, boolean @Nullable [] valid, long @Nullable [] targets) {
    /** Tokens of a segment; every third is shorter. */
    static final int LONGEST = 5;

    private static final int SHORTER = 3;

    /** Decoder tokens of a segment. */
    static final int TARGET = 4;

    /** Streams of a whole batch. */
    static final int[] ALL = {0, 1, 2};

    /** Bidirectional forms have a padded token in every segment of stream 1. */
    static TestSegments of(TaskInfo task, int index, int... streams) {
        int length = index % 3 == 1 ? SHORTER : LONGEST;
        long[] tokens = new long[streams.length * length];
        long[] targets = new long[streams.length * TARGET];
        boolean[] valid = new boolean[tokens.length];
        for (int row = 0; row < streams.length; row++) {
            SplittableRandom random = new SplittableRandom(1000L * streams[row] + index);
            for (int i = 0; i < length; i++) {
                tokens[row * length + i] = random.nextInt(task.vocabulary());
                valid[row * length + i] = streams[row] != 1 || i < length - 1;
            }
            for (int i = 0; i < TARGET; i++) {
                targets[row * TARGET + i] = i == 0 ? 0 : random.nextInt(task.targetVocabulary());
            }
        }
        return new TestSegments(
                streams.length,
                length,
                tokens,
                task.form() == Form.DECODER ? null : valid,
                task.form() == Form.ENCODER_DECODER ? targets : null);
    }

    Segment upload(TensorBackend backend) {
        Shape shape = Shape.of(rows, length);
        return new Segment(
                backend.tensor(tokens, shape),
                valid == null ? null : backend.tensor(valid, shape),
                targets == null ? null : backend.tensor(targets, Shape.of(rows, TARGET)));
    }

    /** With another token in this place. */
    TestSegments changing(int row, int position, int vocabulary) {
        long[] changed = tokens.clone();
        changed[row * length + position] = (changed[row * length + position] + 1) % vocabulary;
        return new TestSegments(rows, length, changed, valid, targets);
    }

    /** With another decoder token in this place. */
    TestSegments changingTarget(int row, int position, int vocabulary) {
        long[] changed = targets == null ? new long[0] : targets.clone();
        changed[row * TARGET + position] = (changed[row * TARGET + position] + 1) % vocabulary;
        return new TestSegments(rows, length, tokens, valid, changed);
    }

    /** With everything behind the first tokens of one row padded. */
    TestSegments padding(int row, int kept) {
        boolean[] masked = valid == null ? new boolean[tokens.length] : valid.clone();
        if (valid == null) {
            Arrays.fill(masked, true);
        }
        Arrays.fill(masked, row * length + kept, (row + 1) * length, false);
        return new TestSegments(rows, length, tokens, masked, targets);
    }

    /** Rows of logits of a row. */
    int outputs() {
        return targets == null ? length : TARGET;
    }

    /** Whether the logits of this place mean anything: those of padded tokens may hold anything. */
    boolean counts(int row, int position) {
        return targets != null || valid == null || valid[row * length + position];
    }
}
