package dev.mneme.tck.memory;

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
import dev.mneme.tensor.Tensor;

/** After self-attention, each token attends to the slots. */
final class SlotReader extends Module implements Reader {
    private final MultiHeadAttention attention;

    SlotReader(ModuleContext context, BackboneConfig backbone) {
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
        Tensor query = request.hidden().layerNorm(null, null, 1e-5);
        return new Reading.Residual(attention.forward(query, state.get(SlotMemory.SLOTS), Attention.FULL, pass));
    }
}
