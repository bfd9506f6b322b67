package dev.mneme.memformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.ReadRequest.Site;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code h += Read(norm(h), M)} between the self-attention and the feed-forward of every block, with weights of its own per
 * block. All tokens read the slots as the last segment left them.
 *
 * <p>Working entries of the state, alive during a segment: {@link #KEYS} and {@link #VALUES}. They are made once a segment
 * and block, not once a read: a stream reads at every token.
 */
final class MemformerReader extends Module implements Reader {
    /** The slots' keys for this block, (batch, heads, k, headDim). */
    static final String KEYS = "memformer.keys";
    /** The slots' values for this block, (batch, heads, k, headDim). */
    static final String VALUES = "memformer.values";

    private final List<SlotRead> layers = new ArrayList<>();

    MemformerReader(ModuleContext context, BackboneConfig backbone) {
        super(context);
        for (int i = 0; i < backbone.layers(); i++) {
            layers.add(child("layers." + i, c -> new SlotRead(c, backbone)));
        }
    }

    /** The state with the entries that reads of this block need. */
    MemoryState prepare(int layer, MemoryState state) {
        KeyValues projected = layers.get(layer).project(state.get(MemformerMemory.SLOTS));
        return state.with(KEYS, projected.keys()).with(VALUES, projected.values());
    }

    @Override
    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
        if (request.site() != Site.AFTER_ATTENTION) {
            return Reading.NOTHING;
        }
        KeyValues slots = new KeyValues(state.get(KEYS), state.get(VALUES));
        return new Reading.Residual(layers.get(request.layer()).forward(request.hidden(), slots, pass));
    }
}
