package dev.mneme.tasks.generated;

import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Task;
import dev.mneme.task.TaskInfo;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Sequences that must be written again: source, noise, SEP, outputs.
 *
 * @param length source symbols L
 * @param symbols alphabet V
 * @param repeat times the source is written, r
 * @param reversed whether it is written backwards
 * @param begin whether BOS stands before the source, unless encoder-decoder
 * @param noise random symbols between source and SEP, unless encoder-decoder
 * @param form backbone
 */
record CopySequence(
        int length, int symbols, int repeat, boolean reversed, boolean begin, int noise, SequenceForm form) {

    Task task(int evaluationSequences, int segmentLength) {
        Symbols names = Symbols.withControl().and("s", symbols);
        boolean paired = form.isPaired();
        TaskInfo info = new TaskInfo(
                form.form(),
                names.size(),
                names.size(),
                paired ? length : Math.min(separatorAt() + outputCount(), segmentLength),
                paired ? outputCount() : 0,
                paired ? Symbols.BOS : -1,
                -1,
                paired ? pairedChance() : segmentChance(segmentLength),
                Double.NaN);
        ExampleSource source =
                paired ? (split, random) -> pairedExample(random) : (split, random) -> oneSequence(random);
        return new GeneratedTask(info, names, source, evaluationSequences);
    }

    private int outputCount() {
        return repeat * length;
    }

    private int sourceAt() {
        return begin ? 1 : 0;
    }

    /** Where SEP stands and the first output is due. */
    private int separatorAt() {
        return sourceAt() + length + noise;
    }

    private long[] draw(int count, SplittableRandom random) {
        return random.longs(count, Symbols.FIRST_DATA, Symbols.FIRST_DATA + (long) symbols)
                .toArray();
    }

    /** Index of the source symbol that output {@code i} repeats. */
    private int sourceOf(int output) {
        int i = output % length;
        return reversed ? length - 1 - i : i;
    }

    private long[] outputs(long[] source) {
        long[] outputs = new long[outputCount()];
        Arrays.setAll(outputs, i -> source[sourceOf(i)]);
        return outputs;
    }

    private Example pairedExample(SplittableRandom random) {
        long[] source = draw(length, random);
        long[] labels = outputs(source);
        long[] decoderTokens = new long[labels.length];
        decoderTokens[0] = Symbols.BOS;
        System.arraycopy(labels, 0, decoderTokens, 1, labels.length - 1);
        return new Example(source, decoderTokens, labels);
    }

    private Example oneSequence(SplittableRandom random) {
        long[] source = draw(length, random);
        long[] outputs = outputs(source);
        int separatorAt = separatorAt();
        long[] tokens = new long[separatorAt + outputs.length];
        if (begin) {
            tokens[0] = Symbols.BOS;
        }
        System.arraycopy(source, 0, tokens, sourceAt(), length);
        System.arraycopy(draw(noise, random), 0, tokens, sourceAt() + length, noise);
        tokens[separatorAt] = Symbols.SEP;
        if (form == SequenceForm.DECODER) {
            System.arraycopy(outputs, 0, tokens, separatorAt + 1, outputs.length - 1);
        } else {
            Arrays.fill(tokens, separatorAt + 1, tokens.length, Symbols.QUERY);
        }
        long[] labels = new long[tokens.length];
        Arrays.fill(labels, 0, separatorAt, SegmentBatch.IGNORED);
        System.arraycopy(outputs, 0, labels, separatorAt, outputs.length);
        return new Example(tokens, null, labels);
    }

    /** Repeats after the first can be read off the previous targets. */
    private double pairedChance() {
        return (1.0 / symbols + repeat - 1) / repeat;
    }

    private double segmentChance(int segmentLength) {
        int outputs = outputCount();
        if (separatorAt() + outputs <= segmentLength) {
            return Double.NaN;
        }
        long known = 0;
        for (int output = 0; output < outputs; output++) {
            int scoredAt = separatorAt() + output;
            int segmentStart = scoredAt / segmentLength * segmentLength;
            boolean sourceSeen = sourceAt() + sourceOf(output) >= segmentStart;
            // the latest earlier output of the same symbol is fed back one place after it was scored
            boolean repeatSeen =
                    form == SequenceForm.DECODER && output >= length && scoredAt - length + 1 >= segmentStart;
            known += sourceSeen || repeatSeen ? 1 : 0;
        }
        return (known + (outputs - known) / (double) symbols) / outputs;
    }
}
