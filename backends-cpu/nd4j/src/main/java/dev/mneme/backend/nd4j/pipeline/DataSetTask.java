package dev.mneme.backend.nd4j.pipeline;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * Classes of sequences, or of their steps, out of Deeplearning4j's data sets.
 *
 * <pre>{@code
 * SequenceFormat format = new SequenceFormat(Form.ENCODER, 32, 6);
 * try (TrainingRun run = mneme.newRun(settings, context -> DataSetTask.of(format, train, validation, test, context))) {
 *     run.train(folder, TrainListener.NONE);
 * }
 * }</pre>
 *
 * <p>Sequences longer than {@code model.segment} are cut into segments, which the memory connects; shorter ones are
 * padded. Training reads all sequences in another order in every epoch; {@code train.batch}, not the iterator, says how
 * many are read together.
 */
public final class DataSetTask implements Task {
    private final Map<Split, List<Sequence>> splits;
    private final TaskInfo info;

    private DataSetTask(Map<Split, List<Sequence>> splits, TaskInfo info) {
        this.splits = splits;
        this.info = info;
    }

    /**
     * Reads each iterator once from its start to its end, and keeps ids and labels in memory: 16 bytes a step. The arrays
     * stay the iterators'.
     *
     * @param context segment length, as {@code Mneme.newRun} gives it
     * @throws MnemeException ({@code SHAPE_MISMATCH} or {@code DATA_UNREADABLE}) naming the array, row and step that does
     *     not fit the format, or an iterator that is empty
     */
    public static DataSetTask of(
            SequenceFormat format,
            DataSetIterator training,
            DataSetIterator validation,
            DataSetIterator test,
            TaskContext context) {
        SequenceReader reader = new SequenceReader(format);
        Map<Split, List<Sequence>> splits = new EnumMap<>(Split.class);
        splits.put(Split.TRAIN, read(reader, training, Split.TRAIN));
        splits.put(Split.VALIDATION, read(reader, validation, Split.VALIDATION));
        splits.put(Split.TEST, read(reader, test, Split.TEST));
        TaskInfo info = new TaskInfo(
                format.form(),
                format.vocabulary(),
                format.classes(),
                context.segmentLength(),
                0,
                -1,
                -1,
                Double.NaN,
                Double.NaN);
        return new DataSetTask(splits, info);
    }

    private static List<Sequence> read(SequenceReader reader, DataSetIterator data, Split split) {
        if (data.resetSupported()) {
            data.reset();
        }
        List<Sequence> sequences = new ArrayList<>();
        while (data.hasNext()) {
            sequences.addAll(reader.read(data.next()));
        }
        if (sequences.isEmpty()) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "reading the data sets of the split " + split + ": the iterator is at its end"
                            + (data.resetSupported() ? "" : " and cannot be reset"));
        }
        return List.copyOf(sequences);
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
        List<Sequence> sequences = Objects.requireNonNull(splits.get(split));
        boolean training = split == Split.TRAIN;
        int[] order = training
                ? shuffled(sequences.size(), seed)
                : IntStream.range(0, sequences.size()).toArray();
        // Training leaves out what does not fill a batch: the next epoch has another order.
        long size = training ? order.length / rows : (order.length + rows - 1L) / rows;
        return new WindowSource() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public Window window(long position) {
                Objects.checkIndex(position, size);
                int first = Math.toIntExact(position * rows);
                List<Sequence> window = Arrays.stream(order, first, Math.min(order.length, first + rows))
                        .mapToObj(sequences::get)
                        .toList();
                return new Window(Segments.of(window, info.maxLength()), false);
            }
        };
    }

    private static int[] shuffled(int count, long seed) {
        int[] order = IntStream.range(0, count).toArray();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = count - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[other];
            order[other] = moved;
        }
        return order;
    }

    @Override
    public String renderInput(long[] ids) {
        return Arrays.stream(ids).mapToObj(Long::toString).collect(Collectors.joining(" "));
    }

    @Override
    public String renderTarget(long[] ids) {
        return renderInput(
                Arrays.stream(ids).filter(id -> id != SegmentBatch.IGNORED).toArray());
    }

    @Override
    public long[] parseInput(String text) {
        return text.isBlank()
                ? new long[0]
                : Arrays.stream(text.strip().split("\\s+"))
                        .mapToLong(Long::parseLong)
                        .toArray();
    }
}
