package dev.mneme.memformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.Pass;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Slots go through blocks of their own beside the encoder's, each attending to itself and to the token rows of the layer as
 * the encoder's block projects them. A gate per slot then mixes what came out with what went in.
 *
 * <p>Working entries of the state, alive during a segment: {@link #START}, {@link #STREAM}, {@link #KEYS} and
 * {@link #VALUES}.
 */
final class MemBartWriter extends Module implements Writer {
    /** The slots at the start of the segment, normalised: (batch, k, dim). */
    static final String START = "membart.start";
    /** The slots after the blocks so far, (batch, k, dim). */
    static final String STREAM = "membart.stream";
    /** Keys of the slots that tokens see in this block, (batch, heads, k, headDim). */
    static final String KEYS = "membart.keys";
    /** Values of the slots that tokens see in this block, (batch, heads, k, headDim). */
    static final String VALUES = "membart.values";

    private final MemformerMemory memory;
    private final Normalization norm;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final Linear gateHidden;
    private final Linear gateOutput;

    MemBartWriter(ModuleContext context, BackboneConfig backbone, MemformerMemory memory) {
        super(context);
        this.memory = memory;
        int dim = backbone.dim();
        norm = child("norm", backbone::newNorm);
        for (int i = 0; i < backbone.layers(); i++) {
            blocks.add(child("layers." + i, c -> new TransformerBlock(c, backbone.block(false))));
        }
        gateHidden = child("gate.hidden", c -> new Linear(c, dim, dim, true));
        gateOutput = child("gate.output", c -> new Linear(c, dim, 1, true));
    }

    @Override
    public MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
        MemoryState current = state;
        if (input.layer() == 0) {
            Tensor start = norm.forward(state.get(MemformerMemory.SLOTS).add(memory.start()));
            current = state.with(START, start).with(STREAM, start);
        }
        Tensor slots = current.get(STREAM);
        TransformerBlock block = blocks.get(input.layer());
        KeyValues own = block.attention().keyValues(slots);
        KeyValues tokens = Objects.requireNonNull(input.block()).attention().keyValues(input.hidden());
        Attention ownSlot = Attention.masked(OwnSlot.mask(slots, input.hidden().size(1), input.valid()));
        Tensor attended = block.attention().attend(block.attention().queries(slots), tokens.after(own), ownSlot, pass);
        Tensor updated = block.feed(block.attentionResidual(slots, attended, pass), pass);
        MemoryState written =
                current.with(STREAM, updated).with(KEYS, own.keys()).with(VALUES, own.values());
        boolean last = input.layer() == blocks.size() - 1;
        return last ? written.with(MemformerMemory.SLOTS, gated(updated, written.get(START))) : written;
    }

    /** {@code alpha · updated + (1 - alpha) · start} with one alpha a slot. */
    private Tensor gated(Tensor updated, Tensor start) {
        Tensor alpha = gateOutput.forward(gateHidden.forward(updated).gelu()).sigmoid();
        return start.add(alpha.mul(updated.sub(start)));
    }

    @Override
    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        return Written.of(state.only(Set.of(MemformerMemory.SLOTS)));
    }
}
