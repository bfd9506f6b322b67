package dev.mneme.memorytransformer;

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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** M trained vectors that every segment starts with. Nothing is carried from one segment to the next. */
final class MemoryTransformerMemory extends Module implements Memory {
    private final int used;
    private final int dim;
    private final @Nullable Parameter slots;

    /**
     * Draws the rows independently of each other: equal rows without positions would get equal gradients and stay equal.
     *
     * @param standardDeviation of the initial values
     */
    MemoryTransformerMemory(ModuleContext context, MemoryTransformerConfig config, int dim, double standardDeviation) {
        super(context);
        this.dim = dim;
        used = config.usedSlots();
        slots = config.slots() == 0
                ? null
                : parameter("slots", Initializer.normal(standardDeviation), false, config.slots(), dim);
    }

    /** The rows in use for each stream, (batch, M, dim), or null if there are none. */
    @Nullable Tensor initialRows(long batch) {
        if (slots == null || used == 0) {
            return null;
        }
        return slots.value().slice(0, 0, used).expand(Shape.of(batch, used, dim));
    }

    @Override
    public StateSchema schema() {
        return StateSchema.empty();
    }

    @Override
    public MemoryState initialState(long batch) {
        return MemoryState.empty();
    }

    @Override
    public List<MemoryView> views(Observation observation) {
        return ScratchpadViews.of(observation, used);
    }
}
