package dev.mneme.tasks.generated;

import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Task;
import dev.mneme.task.TaskInfo;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Sequences of the copy and reverse tasks.
 *
 * @param length source symbols L
 * @param symbols alphabet V
 * @param repeat times the source is written, r
 * @param reversed whether it is written backwards
 */
record CopySequence(int length, int symbols, int repeat, boolean reversed) {

    Task task(SequenceForm form, int evaluationSequences, int segmentLength) {
        Symbols names = Symbols.withControl().and("s", symbols);
        int outputs = repeat * length;
        boolean paired = form == SequenceForm.ENCODER_DECODER;
        int total = paired ? length : length + 1 + outputs;
        TaskInfo info = new TaskInfo(
                form.form(),
                names.size(),
                names.size(),
                paired ? total : Math.min(total, segmentLength),
                paired ? outputs : 0,
                paired ? Symbols.BOS : -1,
                -1,
                paired ? pairedChance() : causalChance(segmentLength),
                Double.NaN);
        return new GeneratedTask(info, names, paired ? this::paired : this::causal, evaluationSequences);
    }

    private long[] source(SplittableRandom random) {
        return random.longs(length, Symbols.FIRST_DATA, Symbols.FIRST_DATA + (long) symbols)
                .toArray();
    }

    /** Index of the source symbol that output {@code i} repeats. */
    private int sourceOf(int output) {
        int i = output % length;
        return reversed ? length - 1 - i : i;
    }

    private long[] outputs(long[] source) {
        long[] outputs = new long[repeat * length];
        Arrays.setAll(outputs, i -> source[sourceOf(i)]);
        return outputs;
    }

    private Example paired(SplittableRandom random) {
        long[] source = source(random);
        long[] labels = outputs(source);
        long[] decoderTokens = new long[labels.length];
        decoderTokens[0] = Symbols.BOS;
        System.arraycopy(labels, 0, decoderTokens, 1, labels.length - 1);
        return new Example(source, decoderTokens, labels);
    }

    private Example causal(SplittableRandom random) {
        long[] source = source(random);
        long[] outputs = outputs(source);
        long[] tokens = new long[length + 1 + outputs.length];
        tokens[0] = Symbols.BOS;
        System.arraycopy(source, 0, tokens, 1, length);
        tokens[length + 1] = Symbols.SEP;
        System.arraycopy(outputs, 0, tokens, length + 2, outputs.length - 1);
        long[] labels = new long[tokens.length];
        Arrays.fill(labels, SegmentBatch.IGNORED);
        System.arraycopy(outputs, 0, labels, length + 1, outputs.length);
        return new Example(tokens, null, labels);
    }

    /** Repeats after the first can be read off the previous targets. */
    private double pairedChance() {
        return (1.0 / symbols + repeat - 1) / repeat;
    }

    private double causalChance(int segmentLength) {
        int outputs = repeat * length;
        if (length + 1 + outputs <= segmentLength) {
            return Double.NaN;
        }
        long known = 0;
        for (int output = 0; output < outputs; output++) {
            int scoredAt = length + 1 + output;
            int segmentStart = scoredAt / segmentLength * segmentLength;
            boolean sourceSeen = 1 + sourceOf(output) >= segmentStart;
            // the latest earlier output of the same symbol is fed back one place after it was scored
            boolean repeatSeen = output >= length && scoredAt - length + 1 >= segmentStart;
            known += sourceSeen || repeatSeen ? 1 : 0;
        }
        return (known + (outputs - known) / (double) symbols) / outputs;
    }
}
