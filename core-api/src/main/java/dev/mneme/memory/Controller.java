package dev.mneme.memory;

import dev.mneme.nn.Parameterized;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.List;

/**
 * The backbone: runs one segment, calling the mechanism's {@link Reader} and {@link Writer} in its blocks.
 *
 * <p>Thread-safe as long as nobody trains: a step changes nothing but what it returns.
 */
public interface Controller extends Parameterized {
    /**
     * Runs one segment.
     *
     * @param state at the start of the segment, same batch size
     * @return tensors in the caller's scope
     */
    StepResult step(Segment segment, MemoryState state, Pass pass);

    /**
     * The memory path of {@link #step} alone: what a segment leaves behind where nobody asks for its logits, as in the
     * first pass of memory replay and in segments without labels. Draws the same random keys for the parts it runs.
     *
     * @return next state and auxiliary losses, equal to those of {@link #step}, in the caller's scope
     */
    default Written advance(Segment segment, MemoryState state, Pass pass) {
        StepResult result = step(segment, state, pass);
        return new Written(result.next(), result.losses());
    }

    /**
     * Opens a segment to be fed piece by piece, for generation and streaming; what comes out equals one
     * {@link #step} over the whole.
     *
     * @param opening for a decoder a segment of length 0; for an encoder-decoder the source, without decoder tokens
     * @param state at the start of the segment; must stay open as long as the stream
     */
    SegmentStream stream(Segment opening, MemoryState state, Pass pass);

    /**
     * Feeds the open segments of several streams of this controller at once, each a batch of one row, wherever in their
     * segments they are; what comes out equals feeding them one by one, which the default does.
     *
     * @param streams opened by {@link #stream}; at least one, none twice. If this throws, all of them are to be closed
     * @param tokens ids (streams, n), one row for each, n at least 1
     * @return logits (streams, n, vocabulary) in the caller's scope
     */
    default Tensor feed(List<SegmentStream> streams, Tensor tokens) {
        TensorBackend backend = tokens.backend();
        List<Tensor> logits = new ArrayList<>();
        for (int row = 0; row < streams.size(); row++) {
            logits.add(streams.get(row).feed(tokens.slice(0, row, row + 1)));
        }
        return logits.size() == 1 ? logits.get(0) : backend.concat(logits, 0);
    }
}
