package dev.mneme.tck.memory;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.MultiHeadAttention;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Each slot attends to the segment and moves towards what it found; moving costs an auxiliary loss. */
final class SlotWriter extends Module implements Writer {
    static final String MOVEMENT = "movement";

    private final double keep;
    private final double dropout;
    private final MultiHeadAttention attention;
    private final Linear gate;

    SlotWriter(ModuleContext context, BackboneConfig backbone, SlotConfig config) {
        super(context);
        keep = config.keep();
        dropout = backbone.dropout();
        attention = child(
                "attention",
                c -> new MultiHeadAttention(c, backbone.dim(), backbone.heads(), false, false, backbone.dropout()));
        gate = child("gate", c -> new Linear(c, 2 * backbone.dim(), backbone.dim(), true));
    }

    @Override
    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        Tensor slots = state.get(SlotMemory.SLOTS);
        Tensor valid = trace.valid();
        Attention mask =
                valid == null ? Attention.FULL : Attention.masked(valid.reshape(valid.size(0), 1, 1, valid.size(1)));
        Tensor found = pass.dropout(attention.forward(slots, trace.tokenOutput(), mask, pass), dropout);
        Tensor open = gate.forward(slots.backend().concat(List.of(slots, found), -1))
                .sigmoid()
                .mul(1 - keep);
        Tensor next = slots.add(open.mul(found.sub(slots)));
        MemoryState written = MemoryState.of(Map.of(SlotMemory.SLOTS, next))
                .with(SlotMemory.AGE, state.get(SlotMemory.AGE).add(1));
        return new Written(written, Map.of(MOVEMENT, open.square().mean().mul(0.1)));
    }
}
