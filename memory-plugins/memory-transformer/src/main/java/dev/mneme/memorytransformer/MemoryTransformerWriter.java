package dev.mneme.memorytransformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.memorytransformer.MemoryTransformerConfig.Mask;
import dev.mneme.memorytransformer.MemoryTransformerConfig.Variant;
import dev.mneme.nn.Module;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.Pass;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.task.Form;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How memory rows are updated. MemTransformer: by the backbone's own blocks, as rows of the sequence. MemCtrl and
 * MemBottleneck: by blocks of their own, from the old memory and token rows of the layer.
 *
 * <p>Working entries of the state, alive during a segment: {@link #ROWS} and {@link #IN_SIGHT}.
 */
final class MemoryTransformerWriter extends Module implements Writer {
    /** The memory rows after the blocks so far, (batch, M, dim); after the last one normalised like the sequence. */
    static final String ROWS = "memory_transformer.rows";
    /** The memory rows that token rows see in this block, (batch, M, dim). */
    static final String IN_SIGHT = "memory_transformer.in_sight";

    private final Variant variant;
    private final int layers;
    private final Attention causality;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final @Nullable Normalization finalNorm;

    MemoryTransformerWriter(MechanismContext context, MemoryTransformerConfig config) {
        super(context.modules().child("writer"));
        BackboneConfig backbone = context.backbone();
        variant = config.variant();
        layers = backbone.layers();
        boolean causal = context.task().form() == Form.DECODER && config.mask() == Mask.STRICT;
        causality = causal ? Attention.CAUSAL : Attention.FULL;
        if (variant == Variant.MEM_TRANSFORMER || config.slots() == 0) {
            finalNorm = null;
            return;
        }
        if (config.sharedWriter()) {
            blocks.add(child("shared", c -> new TransformerBlock(c, backbone.block(false))));
        } else {
            for (int i = 0; i < layers; i++) {
                blocks.add(child("layers." + i, c -> new TransformerBlock(c, backbone.block(false))));
            }
        }
        // The backbone's own final norm belongs to the token rows' set of parameters.
        finalNorm = backbone.norm() == TransformerBlock.NormPlacement.PRE ? child("norm", backbone::newNorm) : null;
    }

    @Override
    public MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
        Tensor old = state.contains(ROWS) ? state.get(ROWS) : input.apart();
        if (old == null) {
            return state;
        }
        TransformerBlock block = blocks.get(blocks.size() == 1 ? 0 : input.layer());
        Tensor updated = block.forward(old, keyRows(old, input.hidden()), attention(old, input.valid()), pass);
        boolean last = input.layer() == layers - 1;
        return state.with(ROWS, last && finalNorm != null ? finalNorm.forward(updated) : updated)
                .with(IN_SIGHT, variant == Variant.MEM_CTRL ? old : updated);
    }

    /** Memory rows, then the layer's token rows: in a causal model there are none. */
    private static Tensor keyRows(Tensor memoryRows, Tensor hidden) {
        return hidden.size(1) == 0 ? memoryRows : memoryRows.backend().concat(List.of(memoryRows, hidden), 1);
    }

    private Attention attention(Tensor memoryRows, @Nullable Tensor valid) {
        if (valid == null) {
            return causality;
        }
        TensorBackend backend = valid.backend();
        long batch = memoryRows.size(0);
        Tensor memoryKeys = backend.full(Shape.of(batch, memoryRows.size(1)), 1, DType.BOOL);
        Tensor keys = backend.concat(List.of(memoryKeys, valid), 1);
        return Attention.masked(keys.reshape(batch, 1, 1, keys.size(1)));
    }

    @Override
    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        return Written.of(MemoryState.empty());
    }
}
