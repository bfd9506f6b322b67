package dev.mneme.runtime.generate;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentStream;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.SegmentBatch;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import org.jspecify.annotations.Nullable;

/** Streams of a decoder that go on for as long as they are fed: where a segment is full, the memory is written. */
final class Continuation implements AutoCloseable {
    private final Model model;
    private final int rows;
    private final Pass pass = Pass.evaluation();
    private final int segmentLength;
    private @Nullable MemoryState state;
    private @Nullable SegmentStream stream;
    private int used;

    Continuation(Model model, int rows) {
        this.model = model;
        this.rows = rows;
        this.segmentLength = model.describe().task().maxLength();
    }

    /**
     * Feeds the next tokens of every row.
     *
     * @param tokens [rows][n], n at least 1
     * @return logits after the last one, [rows][vocabulary]
     */
    double[][] feed(long[][] tokens) {
        int length = tokens[0].length;
        double[][] logits = {};
        try (GradientMode off = model.backend().noGradient()) {
            for (int start = 0; start < length; ) {
                SegmentStream open = openStream();
                int end = Math.min(length, start + segmentLength - used);
                logits = feed(open, tokens, start, end);
                used += end - start;
                start = end;
            }
        }
        return logits;
    }

    private double[][] feed(SegmentStream open, long[][] tokens, int start, int end) {
        long[] piece = new long[rows * (end - start)];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(tokens[row], start, piece, row * (end - start), end - start);
        }
        TensorBackend backend = model.backend();
        try (TensorScope scope = backend.scope()) {
            return Logits.last(open.feed(model.tokens(piece, rows)));
        }
    }

    private SegmentStream openStream() {
        if (stream != null && used < segmentLength) {
            return stream;
        }
        try (TensorScope scope = model.backend().scope()) {
            MemoryState next = stream == null ? model.initialState(rows) : stream.finish();
            // Handles of its own: what a mechanism returns may be what it was given.
            MemoryState kept = next.detach().unscoped();
            close();
            state = kept;
            stream =
                    model.stream(new SegmentBatch(rows, 0, new long[0], null, 0, null, new long[0], null), state, pass);
            used = 0;
            return stream;
        }
    }

    @Override
    public void close() {
        if (stream != null) {
            stream.close();
            stream = null;
        }
        if (state != null) {
            state.close();
            state = null;
        }
    }
}
