package dev.mneme.recurrentmemory;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.StateSchema;
import dev.mneme.nn.Initializer;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The memory rows (batch, M, dim), which start as trained vectors, and the xl form's cache if there is one. */
final class RecurrentMemory extends Module implements Memory {
    /** State entry of the memory rows; absent when M is 0. */
    static final String ROWS = "memory";

    private final int slotCount;
    private final int dim;
    private final @Nullable Parameter slots;
    private final @Nullable StateCache cache;

    /**
     * Draws the rows independently of each other: equal rows without positions would get equal gradients and stay equal.
     *
     * @param cache null for none
     */
    RecurrentMemory(
            ModuleContext context, RecurrentMemoryConfig config, BackboneConfig backbone, @Nullable StateCache cache) {
        super(context);
        this.cache = cache;
        slotCount = config.slots();
        dim = backbone.dim();
        double std = config.slotStd() > 0 ? config.slotStd() : backbone.embeddingStd();
        slots = slotCount == 0 ? null : parameter("slots", Initializer.normal(std), false, slotCount, dim);
    }

    @Override
    public StateSchema schema() {
        List<StateSchema.Entry> entries = new ArrayList<>();
        if (slots != null) {
            entries.add(new StateSchema.Entry(ROWS, context().dtype(), Shape.of(slotCount, dim)));
        }
        if (cache != null) {
            entries.addAll(cache.entries(dim, context().dtype()));
        }
        return new StateSchema(entries);
    }

    @Override
    public MemoryState initialState(long batch) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        if (slots != null) {
            state.put(ROWS, slots.value().expand(Shape.of(batch, slotCount, dim)));
        }
        if (cache != null) {
            state.putAll(cache.empty(context().backend(), batch, dim, context().dtype()));
        }
        return MemoryState.of(state);
    }

    @Override
    public List<MemoryView> views(Observation observation) {
        return RowViews.of(observation, slotCount);
    }
}
