package dev.mneme.transformerxl;

import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.StateSchema;
import dev.mneme.nn.ModuleContext;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows that entered each block in earlier segments, (batch, capacity, dim) a layer, filled from the end, and how many
 * there are. At first none.
 *
 * @param modules engine and element type
 * @param capacity rows kept, 0 = there is no state
 */
record TransformerXlMemory(ModuleContext modules, int layers, int capacity, int dim) implements Memory {
    /** State entry (batch), I64: rows each stream has. */
    static final String COUNT = "memory.count";

    /** State entry (batch, capacity, dim) of what entered this block. */
    static String rows(int layer) {
        return "layers." + layer + ".memory";
    }

    @Override
    public StateSchema schema() {
        if (capacity == 0) {
            return StateSchema.empty();
        }
        List<StateSchema.Entry> entries = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            entries.add(new StateSchema.Entry(rows(layer), modules.dtype(), Shape.of(capacity, dim)));
        }
        entries.add(new StateSchema.Entry(COUNT, DType.I64, Shape.scalar()));
        return new StateSchema(entries);
    }

    @Override
    public MemoryState initialState(long batch) {
        if (capacity == 0) {
            return MemoryState.empty();
        }
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (int layer = 0; layer < layers; layer++) {
            state.put(rows(layer), modules.backend().zeros(Shape.of(batch, capacity, dim), modules.dtype()));
        }
        state.put(COUNT, modules.backend().zeros(Shape.of(batch), DType.I64));
        return MemoryState.of(state);
    }

    @Override
    public List<MemoryView> views(Observation observation) {
        return CacheViews.of(observation);
    }
}
