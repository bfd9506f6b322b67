package dev.mneme.transformerxl;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RowQueue;
import dev.mneme.tensor.Tensor;

/**
 * Puts the newest rows of a block's memory before the segment's own, as keys and values: in training as many as
 * {@code length}, otherwise {@code eval_length}.
 */
record TransformerXlReader(TransformerXlConfig config) implements Reader {
    @Override
    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
        if (request.site() != ReadRequest.Site.ATTENTION) {
            return Reading.NOTHING;
        }
        int visible = config.visible(pass.training());
        if (visible == 0) {
            return Reading.NOTHING;
        }
        int capacity = config.capacity();
        Tensor rows = state.get(TransformerXlMemory.rows(request.layer())).slice(1, capacity - visible, capacity);
        Tensor filled = RowQueue.filled(state.get(TransformerXlMemory.COUNT), visible);
        return new Reading.Keys(rows, filled.reshape(filled.size(0), 1, 1, visible), true);
    }
}
