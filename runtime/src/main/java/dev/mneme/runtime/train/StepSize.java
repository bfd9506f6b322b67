package dev.mneme.runtime.train;

import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Window;
import java.util.List;

/**
 * How much one optimizer step looks at, counted on the host before it runs.
 *
 * @param labels scored labels, at least 1 so that it can be divided by
 * @param segments of all windows, each counted once for every group of streams that runs it
 * @param tokens read, padding included; decoder tokens too
 */
record StepSize(long labels, long segments, long tokens) {
    static StepSize of(List<Window> windows) {
        long labels = 0;
        long segments = 0;
        long tokens = 0;
        for (Window window : windows) {
            for (SegmentBatch batch : window.segments()) {
                labels += scoredLabels(batch);
                segments++;
                tokens += (long) batch.rows() * (batch.length() + batch.decoderLength());
            }
        }
        return new StepSize(Math.max(1, labels), segments, tokens);
    }

    /** The same step as seen by one of several groups that each run all segments. */
    StepSize sharedBy(int groups) {
        return new StepSize(labels, segments * groups, tokens);
    }

    static long scoredLabels(SegmentBatch batch) {
        long count = 0;
        for (long label : batch.labels()) {
            count += label >= 0 ? 1 : 0;
        }
        return count;
    }
}
