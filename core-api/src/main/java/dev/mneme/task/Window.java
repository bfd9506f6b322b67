package dev.mneme.task;

import java.util.List;

/**
 * The segments that are trained on together: gradients may cross all of them, the optimizer steps once.
 *
 * @param segments in order, at least one
 * @param carriesState whether row b continues row b of the previous window (streams of text), so that the state is
 *     carried over; otherwise every window starts from the initial state
 */
public record Window(List<SegmentBatch> segments, boolean carriesState) {
    public Window {
        segments = List.copyOf(segments);
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("a window needs a segment");
        }
    }

    /** The streams of rows {@code from} to {@code to - 1} as a window of their own. */
    public Window streams(int from, int to) {
        return new Window(
                segments.stream().map(segment -> segment.streams(from, to)).toList(), carriesState);
    }
}
