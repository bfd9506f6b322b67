package dev.mneme.tck.memory;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StateSchema;
import dev.mneme.nn.Initializer;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.Map;

/** Slots (batch, M, dim), which start from trained vectors, and the number of segments they have seen (batch), I64. */
final class SlotMemory extends Module implements Memory {
    static final String SLOTS = "slots";
    static final String AGE = "age";

    private final Parameter start;

    SlotMemory(ModuleContext context, BackboneConfig backbone, SlotConfig config) {
        super(context);
        start = parameter("start", Initializer.normal(1), false, config.slots(), backbone.dim());
    }

    @Override
    public StateSchema schema() {
        return StateSchema.of(
                new StateSchema.Entry(SLOTS, context().dtype(), start.value().shape()),
                new StateSchema.Entry(AGE, DType.I64, Shape.of()));
    }

    @Override
    public MemoryState initialState(long batch) {
        Shape shape = start.value().shape().inserting(0, batch);
        return MemoryState.of(Map.of(SLOTS, start.value().expand(shape)))
                .with(AGE, context().backend().zeros(Shape.of(batch), DType.I64));
    }
}
