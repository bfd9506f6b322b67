package org.example.gatedslots;

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
import java.util.List;

/** After the last block, each slot attends to the segment and moves towards what it found as far as its gate lets it. */
final class GatedSlotsWriter extends Module implements Writer {
    private final MultiHeadAttention attention;
    private final Linear gate;

    GatedSlotsWriter(ModuleContext context, BackboneConfig backbone) {
        super(context);
        attention = child(
                "attention",
                c -> new MultiHeadAttention(c, backbone.dim(), backbone.heads(), false, false, backbone.dropout()));
        gate = child("gate", c -> new Linear(c, 2 * backbone.dim(), backbone.dim(), true));
    }

    @Override
    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        var slots = state.get(GatedSlotsMemory.SLOTS); // (B, M, D)
        var valid = trace.valid(); // (B, L): padding is no key
        var mask = valid == null ? null : valid.reshape(valid.size(0), 1, 1, valid.size(1));
        var found = attention.forward(slots, trace.tokenOutput(), Attention.masked(mask), pass); // (B, M, D)
        var open = gate.forward(slots.backend().concat(List.of(slots, found), -1)).sigmoid();
        return Written.of(state.with(GatedSlotsMemory.SLOTS, slots.add(open.mul(found.sub(slots)))));
    }
}
