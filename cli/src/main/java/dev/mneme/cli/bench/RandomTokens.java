package dev.mneme.cli.bench;

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
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Language modelling of random ids: nothing to learn, every position scored, no time spent on data.
 *
 * @param vocabulary number of ids
 * @param segmentLength tokens of a segment
 * @param segments of a window; the state starts anew at its first one
 */
record RandomTokens(int vocabulary, int segmentLength, int segments) implements Task {
    @Override
    public TaskInfo info() {
        return new TaskInfo(
                Form.DECODER, vocabulary, vocabulary, segmentLength, 0, -1, -1, 1.0 / vocabulary, Double.NaN);
    }

    @Override
    public WindowSource windows(Split split, int rows, long seed) {
        return new WindowSource() {
            @Override
            public long size() {
                return split == Split.TRAIN ? Long.MAX_VALUE : 1;
            }

            @Override
            public Window window(long position) {
                return draw(rows, new SplittableRandom(seed + position));
            }
        };
    }

    private Window draw(int rows, SplittableRandom random) {
        int count = rows * segmentLength;
        List<SegmentBatch> batches = new ArrayList<>();
        for (int s = 0; s < segments; s++) {
            long[] tokens = random.longs(count, 0, vocabulary).toArray();
            long[] labels = random.longs(count, 0, vocabulary).toArray();
            batches.add(new SegmentBatch(rows, segmentLength, tokens, null, 0, null, labels, null));
        }
        return new Window(batches, false);
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
        return Arrays.stream(text.strip().split("\\s+", -1))
                .mapToLong(Long::parseLong)
                .toArray();
    }
}
