package dev.mneme.memformer;

import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A writer that runs once a segment, after the last block, with one set of weights. */
abstract class MemformerWriter extends Module implements Writer {
    private final MemformerReader reader;

    MemformerWriter(ModuleContext context, MemformerReader reader) {
        super(context);
        this.reader = reader;
    }

    /**
     * The slots after a segment.
     *
     * @param slots (batch, k, dim)
     * @param tokens what the last block made of the segment, (batch, length, dim)
     * @param valid (batch, length), true = real token; null when all are
     * @return (batch, k, dim)
     */
    abstract Tensor update(Tensor slots, Tensor tokens, @Nullable Tensor valid, Pass pass);

    @Override
    public final MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
        return reader.prepare(input.layer(), state);
    }

    @Override
    public final Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        Tensor slots = state.get(MemformerMemory.SLOTS);
        Tensor tokens = trace.tokenOutput();
        // A stream that ends before its first token has read nothing: there is nothing to write or to forget.
        Tensor next = tokens.size(1) == 0 ? slots : update(slots, tokens, trace.valid(), pass);
        return Written.of(MemoryState.of(Map.of(MemformerMemory.SLOTS, next)));
    }
}
