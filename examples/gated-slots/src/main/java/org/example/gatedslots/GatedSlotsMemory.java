package org.example.gatedslots;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StateSchema;
import dev.mneme.nn.Initializer;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;

/** One state entry: slots (batch, M, dim). They start from trained vectors. */
final class GatedSlotsMemory extends Module implements Memory {
    static final String SLOTS = "slots";

    private final Parameter start;

    GatedSlotsMemory(ModuleContext context, BackboneConfig backbone, GatedSlotsConfig config) {
        super(context);
        // Without decay, and each row drawn for itself: equal slots would stay equal for ever.
        start = parameter("start", Initializer.normal(1), false, config.slots(), backbone.dim());
    }

    @Override
    public StateSchema schema() {
        return StateSchema.of(new StateSchema.Entry(SLOTS, context().dtype(), start.value().shape()));
    }

    @Override
    public MemoryState initialState(long batch) {
        return MemoryState.empty().with(SLOTS, start.value().expand(start.value().shape().inserting(0, batch)));
    }
}
