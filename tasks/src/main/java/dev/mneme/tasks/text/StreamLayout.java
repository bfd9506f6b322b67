package dev.mneme.tasks.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts documents into parallel contiguous streams of equal size, and each stream into segments. A segment never crosses
 * the border of a document: the last one of a document is short.
 */
final class StreamLayout {
    /**
     * Labels that one segment of a stream predicts.
     *
     * @param document index of the document
     * @param from first token predicted
     * @param to end, exclusive
     * @param starts whether nothing before it belongs to the stream's memory
     */
    record Segment(int document, int from, int to, boolean starts) {}

    /** A stretch of one document; {@code firstSegment} counts the segments of the stream before it. */
    private record Span(int document, int from, int to, int firstSegment) {}

    private final int segmentLength;
    private final List<List<Span>> streams = new ArrayList<>();
    private final int[] segmentCounts;

    /**
     * @param lengths tokens of each document, none of them 0
     * @param start token of the corpus at which the first stream starts; reading goes on behind the last document with
     *     the first
     * @param streams number of streams, at most one a token
     */
    StreamLayout(int[] lengths, long start, int streams, int segmentLength) {
        this.segmentLength = segmentLength;
        this.segmentCounts = new int[streams];
        long[] ends = new long[lengths.length];
        long total = 0;
        for (int i = 0; i < lengths.length; i++) {
            total += lengths[i];
            ends[i] = total;
        }
        for (int stream = 0; stream < streams; stream++) {
            long from = share(total, stream, streams);
            long length = share(total, stream + 1, streams) - from;
            this.streams.add(spans(lengths, ends, (start + from) % total, length, stream));
        }
    }

    private static long share(long total, int stream, int streams) {
        return total / streams * stream + total % streams * stream / streams;
    }

    private List<Span> spans(int[] lengths, long[] ends, long from, long length, int stream) {
        int found = Arrays.binarySearch(ends, from + 1);
        int document = found >= 0 ? found : -found - 1;
        int position = (int) (from - (ends[document] - lengths[document]));
        List<Span> spans = new ArrayList<>();
        int segments = 0;
        for (long left = length; left > 0; ) {
            int taken = (int) Math.min(left, lengths[document] - position);
            spans.add(new Span(document, position, position + taken, segments));
            segments += (taken + segmentLength - 1) / segmentLength;
            left -= taken;
            position = 0;
            document = (document + 1) % lengths.length;
        }
        segmentCounts[stream] = segments;
        return spans;
    }

    int streams() {
        return streams.size();
    }

    int segmentCount(int stream) {
        return segmentCounts[stream];
    }

    int longestSegmentCount() {
        return Arrays.stream(segmentCounts).max().orElse(0);
    }

    /** @param segment from 0 to {@link #segmentCount}, exclusive */
    Segment segment(int stream, int segment) {
        List<Span> spans = streams.get(stream);
        int low = 0;
        int high = spans.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (spans.get(middle).firstSegment() <= segment) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Span span = spans.get(low);
        int from = span.from() + (segment - span.firstSegment()) * segmentLength;
        return new Segment(
                span.document(), from, Math.min(span.to(), from + segmentLength), segment == span.firstSegment());
    }
}
