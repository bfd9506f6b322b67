package dev.mneme.backend.nd4j.pipeline;

import dev.mneme.task.SegmentBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts sequences into segments of one length, those of all rows side by side. */
final class Segments {
    private static final long PADDING = 0;

    private Segments() {}

    /** As many segments as the longest sequence needs. */
    static List<SegmentBatch> of(List<Sequence> rows, int segmentLength) {
        int longest = rows.stream().mapToInt(Sequence::length).max().orElse(0);
        List<SegmentBatch> segments = new ArrayList<>();
        for (int from = 0; from < longest; from += segmentLength) {
            segments.add(segment(rows, from, segmentLength));
        }
        return segments;
    }

    private static SegmentBatch segment(List<Sequence> rows, int from, int length) {
        int size = rows.size() * length;
        long[] tokens = new long[size];
        long[] labels = new long[size];
        boolean[] valid = new boolean[size];
        Arrays.fill(tokens, PADDING);
        Arrays.fill(labels, SegmentBatch.IGNORED);
        boolean padded = false;
        for (int row = 0; row < rows.size(); row++) {
            Sequence sequence = rows.get(row);
            int start = row * length;
            int count = Math.max(0, Math.min(length, sequence.length() - from));
            if (count > 0) {
                System.arraycopy(sequence.tokens(), from, tokens, start, count);
                System.arraycopy(sequence.labels(), from, labels, start, count);
            }
            // A sequence that has ended is read on as padding that counts: attention needs something to attend to, and
            // nobody asks this row for anything any more.
            int marked = count == 0 ? length : count;
            Arrays.fill(valid, start, start + marked, true);
            padded |= marked < length;
        }
        return new SegmentBatch(rows.size(), length, tokens, padded ? valid : null, 0, null, labels, null);
    }
}
