package org.example.gatedslots;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StateSchema;
import dev.mneme.nn.Initializer;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.tensor.Shape;
import java.util.Map;

/** One state entry: slots (batch, M, dim). They start from trained vectors. */
final class GatedSlotsMemory extends Module implements Memory {
    static final String SLOTS = "slots";

    private final Parameter start;
    private final StateSchema schema;

    GatedSlotsMemory(ModuleContext context, BackboneConfig backbone, GatedSlotsConfig config) {
        super(context);
        // Without decay, and each row drawn for itself: equal slots would stay equal for ever.
        start = parameter("start", Initializer.normal(1), false, config.slots(), backbone.dim());
        schema = StateSchema.of(
                new StateSchema.Entry(SLOTS, context.dtype(), Shape.of(config.slots(), backbone.dim())));
    }

    @Override
    public StateSchema schema() {
        return schema;
    }

    @Override
    public MemoryState initialState(long batch) {
        Shape shape = start.value().shape().inserting(0, batch);
        return MemoryState.of(Map.of(SLOTS, start.value().expand(shape)));
    }
}
