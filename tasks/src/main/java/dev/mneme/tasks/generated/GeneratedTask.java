package dev.mneme.tasks.generated;

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
import java.util.Objects;
import java.util.function.Function;

/**
 * A task over drawn sequences of one fixed length; a sequence longer than {@code info.maxLength} is cut into segments
 * of that length, the last one padded. With an encoder-decoder the target is due after the last segment; in the others
 * the decoder reads the begin symbol and nothing is scored. Every window starts from the initial state.
 */
final class GeneratedTask implements Task {
    private final TaskInfo info;
    private final Symbols symbols;
    private final ExampleSource source;
    private final int evaluationSequences;

    GeneratedTask(TaskInfo info, Symbols symbols, ExampleSource source, int evaluationSequences) {
        this.info = info;
        this.symbols = symbols;
        this.source = source;
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
                    examples.add(source.draw(split, Seeds.random(split, endless ? seed : 0, first + row)));
                }
                return new Window(segments(examples), false);
            }
        };
    }

    private List<SegmentBatch> segments(List<Example> examples) {
        int total = examples.get(0).tokens().length;
        int segmentLength = info.maxLength();
        List<SegmentBatch> segments = new ArrayList<>();
        for (int from = 0; from < total; from += segmentLength) {
            segments.add(segment(examples, from, Math.min(total, from + segmentLength)));
        }
        return segments;
    }

    private SegmentBatch segment(List<Example> examples, int from, int to) {
        int rows = examples.size();
        int length = info.maxLength();
        long[] tokens = part(examples, Example::tokens, from, to, Symbols.PAD);
        boolean[] valid = to - from < length ? new boolean[rows * length] : null;
        for (int row = 0; row < rows && valid != null; row++) {
            Arrays.fill(valid, row * length, row * length + to - from, true);
        }
        if (info.form() != Form.ENCODER_DECODER) {
            long[] labels = part(examples, Example::labels, from, to, SegmentBatch.IGNORED);
            return new SegmentBatch(rows, length, tokens, valid, 0, null, labels, null);
        }
        Example shape = examples.get(0);
        if (to < shape.tokens().length) {
            long[] begin = filled(rows, info.beginToken());
            return new SegmentBatch(rows, length, tokens, valid, 1, begin, filled(rows, SegmentBatch.IGNORED), null);
        }
        return new SegmentBatch(
                rows,
                length,
                tokens,
                valid,
                shape.labels().length,
                concatenate(examples, example -> Objects.requireNonNull(example.decoderTokens())),
                concatenate(examples, Example::labels),
                null);
    }

    /** The places {@code from} to {@code to} of every row, filled up to a whole segment. */
    private long[] part(List<Example> examples, Function<Example, long[]> values, int from, int to, long filler) {
        int length = info.maxLength();
        long[] part = filled(examples.size() * length, filler);
        for (int row = 0; row < examples.size(); row++) {
            System.arraycopy(values.apply(examples.get(row)), from, part, row * length, to - from);
        }
        return part;
    }

    private static long[] filled(int count, long value) {
        long[] values = new long[count];
        Arrays.fill(values, value);
        return values;
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
