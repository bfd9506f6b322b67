package dev.mneme.tasks.text;

import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Windows over the documents of one split. */
final class TextStreams {
    /** Below this many segments a stream, evaluation uses fewer streams, so that memories have something to hold. */
    private static final int SHORTEST_EVALUATION_STREAM = 16;

    private final List<Tokens> documents;
    private final int[] lengths;
    private final long total;
    private final int beginToken;
    private final int segmentLength;
    private final int segmentsPerWindow;

    TextStreams(List<Tokens> documents, int beginToken, int segmentLength, int segmentsPerWindow) {
        this.documents = documents;
        this.lengths = documents.stream().mapToInt(Tokens::length).toArray();
        this.total = Arrays.stream(lengths).asLongStream().sum();
        this.beginToken = beginToken;
        this.segmentLength = segmentLength;
        this.segmentsPerWindow = segmentsPerWindow;
    }

    long tokenCount() {
        return total;
    }

    /** Every token predicted once. */
    WindowSource once(int rows) {
        long useful = Math.max(1, total / ((long) SHORTEST_EVALUATION_STREAM * segmentLength));
        StreamLayout layout = new StreamLayout(lengths, 0, (int) Math.min(rows, useful), segmentLength);
        int segments = layout.longestSegmentCount();
        long size = (segments + segmentsPerWindow - 1L) / segmentsPerWindow;
        return source(size, position -> {
            int first = (int) position * segmentsPerWindow;
            return window(layout, first, Math.min(segmentsPerWindow, segments - first), false);
        });
    }

    /** @param rows at most {@link #tokenCount} */
    WindowSource endless(int rows, long seed) {
        int segments = new StreamLayout(lengths, 0, rows, segmentLength).longestSegmentCount();
        int windows = (segments + segmentsPerWindow - 1) / segmentsPerWindow;
        EpochCache<StreamLayout> layouts =
                new EpochCache<>(epoch -> new StreamLayout(lengths, shift(seed, epoch), rows, segmentLength));
        return source(
                Long.MAX_VALUE,
                position -> window(
                        layouts.get(position / windows),
                        (int) (position % windows) * segmentsPerWindow,
                        segmentsPerWindow,
                        true));
    }

    private long shift(long seed, long epoch) {
        return EpochCache.random(seed, epoch).nextLong(total);
    }

    private interface Windows {
        Window at(long position);
    }

    private static WindowSource source(long size, Windows windows) {
        return new WindowSource() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public Window window(long position) {
                return windows.at(Objects.checkIndex(position, size));
            }
        };
    }

    /** @param wraps whether a stream that has ended begins again, or else is filled with nothing */
    private Window window(StreamLayout layout, int first, int count, boolean wraps) {
        List<SegmentBatch> segments = new ArrayList<>(count);
        for (int segment = first; segment < first + count; segment++) {
            List<StreamLayout.@Nullable Segment> row = new ArrayList<>(layout.streams());
            for (int stream = 0; stream < layout.streams(); stream++) {
                int own = layout.segmentCount(stream);
                boolean ended = segment >= own && !wraps;
                row.add(ended ? null : layout.segment(stream, segment % own));
            }
            segments.add(batch(row));
        }
        return new Window(segments, true);
    }

    private SegmentBatch batch(List<StreamLayout.@Nullable Segment> rows) {
        int size = rows.size() * segmentLength;
        long[] tokens = new long[size];
        long[] labels = new long[size];
        boolean[] valid = new boolean[size];
        boolean[] reset = new boolean[rows.size()];
        Arrays.fill(tokens, beginToken);
        Arrays.fill(labels, SegmentBatch.IGNORED);
        for (int row = 0; row < rows.size(); row++) {
            StreamLayout.Segment segment = rows.get(row);
            int start = row * segmentLength;
            if (segment == null) {
                // Unscored, but marked valid: a row without any valid token would leave attention nothing to attend to.
                Arrays.fill(valid, start, start + segmentLength, true);
                continue;
            }
            reset[row] = segment.starts();
            Tokens document = documents.get(segment.document());
            for (int i = 0; i < segment.to() - segment.from(); i++) {
                int predicted = segment.from() + i;
                tokens[start + i] = predicted == 0 ? beginToken : document.at(predicted - 1);
                labels[start + i] = document.at(predicted);
                valid[start + i] = true;
            }
        }
        return new SegmentBatch(
                rows.size(),
                segmentLength,
                tokens,
                contains(valid, false) ? valid : null,
                0,
                null,
                labels,
                contains(reset, true) ? reset : null);
    }

    private static boolean contains(boolean[] flags, boolean wanted) {
        for (boolean flag : flags) {
            if (flag == wanted) {
                return true;
            }
        }
        return false;
    }
}
