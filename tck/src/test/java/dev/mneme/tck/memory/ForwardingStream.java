package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentStream;
import dev.mneme.tensor.Tensor;

/** A stream that asks another; a fault overrides one method. */
class ForwardingStream implements SegmentStream {
    final SegmentStream right;

    ForwardingStream(SegmentStream right) {
        this.right = right;
    }

    @Override
    public Tensor feed(Tensor tokens) {
        return right.feed(tokens);
    }

    @Override
    public MemoryState finish() {
        return right.finish();
    }

    @Override
    public void close() {
        right.close();
    }
}
