package dev.mneme.memformer;

import dev.mneme.memformer.MemformerConfig.Variant;
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
import java.util.Map;

/** k slots, and the learned vectors they start from: the paper's v_bias, memory slots or memory bias, by variant. */
final class MemformerMemory extends Module implements Memory {
    /** The slots, (batch, k, dim): all that is carried. */
    static final String SLOTS = "memory.slots";

    private final Variant variant;
    private final int slots;
    private final int dim;
    private final Parameter start;

    MemformerMemory(ModuleContext context, MemformerConfig config, int dim) {
        super(context);
        this.variant = config.variant();
        this.slots = config.slots();
        this.dim = dim;
        String name = switch (variant) {
            case BMN -> "v_bias";
            case GRU -> "memory_slots";
            case MEMBART -> "memory_bias";
        };
        double std = config.slotStd() > 0 ? config.slotStd() : 1 / Math.sqrt(dim);
        // Not decayed: at zero it has no direction to normalise, and its rows are all that tells slots apart.
        start = parameter(name, Initializer.normal(std), false, slots, dim);
    }

    /** The learned vectors, (k, dim). */
    Tensor start() {
        return start.value();
    }

    @Override
    public StateSchema schema() {
        return StateSchema.of(new StateSchema.Entry(SLOTS, context().dtype(), Shape.of(slots, dim)));
    }

    @Override
    public MemoryState initialState(long batch) {
        Shape shape = Shape.of(batch, slots, dim);
        Tensor initial = switch (variant) {
            case BMN -> UnitLength.of(start()).expand(shape);
            case GRU -> start().expand(shape);
            // The writer adds the bias at the start of every segment.
            case MEMBART -> context().backend().zeros(shape, context().dtype());
        };
        return MemoryState.of(Map.of(SLOTS, initial));
    }

    @Override
    public List<MemoryView> views(Observation observation) {
        return SlotViews.of(observation, slots, start());
    }
}
