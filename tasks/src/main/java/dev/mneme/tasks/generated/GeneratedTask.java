package dev.mneme.tasks.generated;

import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * A task over drawn sequences of one fixed length; a sequence longer than {@code info.maxLength} is cut into segments
 * of that length, the last one padded. Every window starts from the initial state.
 */
final class GeneratedTask implements Task {
    private final TaskInfo info;
    private final Symbols symbols;
    private final Function<SplittableRandom, Example> generator;
    private final int evaluationSequences;

    GeneratedTask(
            TaskInfo info, Symbols symbols, Function<SplittableRandom, Example> generator, int evaluationSequences) {
        this.info = info;
        this.symbols = symbols;
        this.generator = generator;
        this.evaluationSequences = evaluationSequences;
    }

    @Override
    public TaskInfo info() {
        return info;
    }

    @Override
    public WindowSource windows(Split split, int rows, long seed) {
        if (rows < 1) {
            throw new IllegalArgumentException("rows must be at least 1, got " + rows);
        }
        boolean endless = split == Split.TRAIN;
        long size = endless ? Long.MAX_VALUE : (evaluationSequences + rows - 1L) / rows;
        return new WindowSource() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public Window window(long position) {
                Objects.checkIndex(position, size);
                long first = position * rows;
                int count = endless ? rows : (int) Math.min(rows, evaluationSequences - first);
                List<Example> examples = new ArrayList<>(count);
                for (int row = 0; row < count; row++) {
                    examples.add(generator.apply(Seeds.random(split, endless ? seed : 0, first + row)));
                }
                return new Window(segments(examples), false);
            }
        };
    }

    private List<SegmentBatch> segments(List<Example> examples) {
        Example shape = examples.get(0);
        if (shape.decoderTokens() != null) {
            return List.of(new SegmentBatch(
                    examples.size(),
                    shape.tokens().length,
                    concatenate(examples, Example::tokens),
                    null,
                    shape.labels().length,
                    concatenate(examples, example -> Objects.requireNonNull(example.decoderTokens())),
                    concatenate(examples, Example::labels),
                    null));
        }
        int total = shape.tokens().length;
        int segmentLength = info.maxLength();
        List<SegmentBatch> segments = new ArrayList<>();
        for (int from = 0; from < total; from += segmentLength) {
            segments.add(segment(examples, from, Math.min(total, from + segmentLength), segmentLength));
        }
        return segments;
    }

    private static SegmentBatch segment(List<Example> examples, int from, int to, int segmentLength) {
        int rows = examples.size();
        long[] tokens = new long[rows * segmentLength];
        long[] labels = new long[rows * segmentLength];
        Arrays.fill(labels, SegmentBatch.IGNORED);
        boolean padded = to - from < segmentLength;
        boolean[] valid = padded ? new boolean[rows * segmentLength] : null;
        for (int row = 0; row < rows; row++) {
            int start = row * segmentLength;
            System.arraycopy(examples.get(row).tokens(), from, tokens, start, to - from);
            System.arraycopy(examples.get(row).labels(), from, labels, start, to - from);
            if (valid != null) {
                Arrays.fill(valid, start, start + to - from, true);
            }
        }
        return new SegmentBatch(rows, segmentLength, tokens, valid, 0, null, labels, null);
    }

    private static long[] concatenate(List<Example> examples, Function<Example, long[]> part) {
        return examples.stream().map(part).flatMapToLong(Arrays::stream).toArray();
    }

    @Override
    public String renderInput(long[] ids) {
        return symbols.render(ids);
    }

    @Override
    public String renderTarget(long[] ids) {
        return symbols.render(ids);
    }

    @Override
    public long[] parseInput(String text) {
        return symbols.parse(text);
    }
}
