package org.example.gatedslots;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.MultiHeadAttention;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Attention;

/** After the self-attention of every block, each token attends to the slots of the previous segments. */
final class GatedSlotsReader extends Module implements Reader {
    private final MultiHeadAttention attention;

    GatedSlotsReader(ModuleContext context, BackboneConfig backbone) {
        super(context);
        attention = child(
                "attention",
                c -> new MultiHeadAttention(c, backbone.dim(), backbone.heads(), false, false, backbone.dropout()));
    }

    @Override
    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
        if (request.site() != ReadRequest.Site.AFTER_ATTENTION) {
            return Reading.NOTHING;
        }
        var query = request.hidden().layerNorm(null, null, 1e-5); // (B, L, D)
        var slots = state.get(GatedSlotsMemory.SLOTS); // (B, M, D)
        return new Reading.Residual(attention.forward(query, slots, Attention.FULL, pass));
    }
}
