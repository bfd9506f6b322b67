package dev.mneme.runtime.support;

import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Tasks of a few symbols. Row r of window p is a function of {@code p * rows + r}, so batches can be regrouped. */
public final class SmallTask implements Task {
    public static final int LENGTH = 4;
    public static final int SYMBOLS = 8;
    private static final int BEGIN = SYMBOLS - 2;
    private static final int END = SYMBOLS - 1;

    /** What is to be done. */
    public enum Kind {
        /** Three segments; the last symbol of the third is labelled with the first symbol of the first. */
        RECALL,
        /** Streams of text: every label is the next symbol, which is one more than this one; streams end at random. */
        STREAM,
        /** An encoder-decoder answers with the source. */
        ANSWER
    }

    private final Kind kind;
    private final long trainingSize;

    private SmallTask(Kind kind, long trainingSize) {
        this.kind = kind;
        this.trainingSize = trainingSize;
    }

    public static SmallTask of(Kind kind) {
        return new SmallTask(kind, Long.MAX_VALUE);
    }

    /** With a training split of so many windows. */
    public SmallTask withTrainingSize(long size) {
        return new SmallTask(kind, size);
    }

    @Override
    public TaskInfo info() {
        return switch (kind) {
            case RECALL -> new TaskInfo(Form.DECODER, SYMBOLS, SYMBOLS, LENGTH, 0, -1, -1, 0.125, Double.NaN);
            case STREAM -> new TaskInfo(Form.DECODER, SYMBOLS, SYMBOLS, LENGTH, 0, -1, -1, Double.NaN, 2.0);
            case ANSWER ->
                new TaskInfo(
                        Form.ENCODER_DECODER, SYMBOLS, SYMBOLS, LENGTH, LENGTH + 1, BEGIN, END, Double.NaN, Double.NaN);
        };
    }

    @Override
    public WindowSource windows(Split split, int rows, long seed) {
        long base = split == Split.TRAIN ? seed * 31 : split.ordinal() * 1_000_003L;
        return new WindowSource() {
            @Override
            public long size() {
                return split == Split.TRAIN ? trainingSize : 8;
            }

            @Override
            public Window window(long position) {
                return make(base, position, rows);
            }
        };
    }

    private Window make(long base, long position, int rows) {
        int segments = kind == Kind.ANSWER ? 1 : 3;
        List<SegmentBatch> batches = new ArrayList<>();
        for (int segment = 0; segment < segments; segment++) {
            long[] tokens = new long[rows * LENGTH];
            long[] labels = new long[tokens.length];
            boolean[] reset = new boolean[rows];
            Arrays.fill(labels, SegmentBatch.IGNORED);
            for (int row = 0; row < rows; row++) {
                SplittableRandom random = new SplittableRandom(base + (position * rows + row) * 7919);
                fill(random, segment, row * LENGTH, tokens, labels, reset, row);
            }
            batches.add(batch(rows, tokens, labels, reset));
        }
        return new Window(batches, kind == Kind.STREAM);
    }

    private void fill(
            SplittableRandom random, int segment, int at, long[] tokens, long[] labels, boolean[] reset, int row) {
        long first = random.nextInt(SYMBOLS);
        int start = random.nextInt(SYMBOLS);
        int resetAt = random.nextInt(8);
        for (int i = 0; i < LENGTH; i++) {
            switch (kind) {
                case RECALL -> {
                    tokens[at + i] = segment == 0 && i == 0 ? first : (start + segment + i) % SYMBOLS;
                    labels[at + i] = segment == 2 && i == LENGTH - 1 ? first : SegmentBatch.IGNORED;
                }
                case STREAM -> {
                    tokens[at + i] = (start + segment * LENGTH + i) % SYMBOLS;
                    boolean scored = i != resetAt; // Rows have different numbers of labels.
                    labels[at + i] = scored ? (tokens[at + i] + 1) % SYMBOLS : SegmentBatch.IGNORED;
                    reset[row] = resetAt == segment;
                }
                case ANSWER -> tokens[at + i] = random.nextInt(BEGIN);
            }
        }
    }

    private SegmentBatch batch(int rows, long[] tokens, long[] labels, boolean[] reset) {
        if (kind != Kind.ANSWER) {
            return new SegmentBatch(rows, LENGTH, tokens, null, 0, null, labels, kind == Kind.STREAM ? reset : null);
        }
        int target = LENGTH + 1;
        long[] input = new long[rows * target];
        long[] output = new long[rows * target];
        for (int row = 0; row < rows; row++) {
            input[row * target] = BEGIN;
            System.arraycopy(tokens, row * LENGTH, input, row * target + 1, LENGTH);
            System.arraycopy(tokens, row * LENGTH, output, row * target, LENGTH);
            output[row * target + LENGTH] = END;
        }
        return new SegmentBatch(rows, LENGTH, tokens, null, target, input, output, null);
    }

    @Override
    public boolean scoresGenerated() {
        return kind == Kind.ANSWER;
    }

    @Override
    public Map<String, Double> scoreGenerated(List<long[]> hypotheses, List<long[]> references) {
        long same = 0;
        for (int i = 0; i < hypotheses.size(); i++) {
            same += Arrays.equals(hypotheses.get(i), references.get(i)) ? 1 : 0;
        }
        return Map.of("same", (double) same / references.size());
    }

    @Override
    public String renderInput(long[] ids) {
        return Arrays.toString(ids);
    }

    @Override
    public String renderTarget(long[] ids) {
        return Arrays.toString(ids);
    }

    @Override
    public long[] parseInput(String text) {
        return Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
    }
}
