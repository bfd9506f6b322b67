package dev.mneme.transformerxl;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RowQueue;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts what entered each block behind its memory, without gradient, and lets the oldest rows go. Padded tokens are left out:
 * a stream without a real token keeps its memory.
 *
 * @param capacity rows kept
 */
record TransformerXlWriter(int capacity) implements Writer {
    @Override
    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        if (capacity == 0) {
            return Written.of(MemoryState.empty());
        }
        Tensor valid = trace.valid();
        Tensor newest = valid == null ? null : RowQueue.newest(capacity, valid);
        Map<String, Tensor> next = new LinkedHashMap<>();
        for (int layer = 0; layer < trace.layerInputs().size(); layer++) {
            String name = TransformerXlMemory.rows(layer);
            Tensor added = trace.layerInputs().get(layer).detach();
            next.put(name, pushed(state.get(name).detach(), added, newest));
        }
        Tensor counts = state.get(TransformerXlMemory.COUNT);
        long length = trace.output().size(1);
        Tensor added = valid == null ? counts.backend().tensor(new long[] {length}, Shape.of(1)) : valid.sum(false, 1);
        next.put(TransformerXlMemory.COUNT, RowQueue.atMost(counts.add(added), capacity));
        return Written.of(MemoryState.of(next));
    }

    private Tensor pushed(Tensor old, Tensor added, @Nullable Tensor newest) {
        TensorBackend backend = added.backend();
        if (newest != null) {
            return RowQueue.pick(backend.concat(List.of(old, added), 1), newest);
        }
        long count = added.size(1);
        return count >= capacity
                ? added.slice(1, count - capacity, count)
                : backend.concat(List.of(old.slice(1, count, capacity), added), 1);
    }
}
