package dev.mneme.memorytransformer;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.SequenceRows;
import dev.mneme.memorytransformer.MemoryTransformerConfig.Mask;
import dev.mneme.memorytransformer.MemoryTransformerConfig.Variant;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import java.util.List;

/**
 * How token rows read. MemTransformer: memory rows are in the sequence, there is nothing left to do. MemCtrl: they are
 * keys and values beside the tokens. MemBottleneck: they are the only ones.
 */
final class MemoryTransformerReader implements Reader {
    private final MemoryTransformerMemory memory;
    private final MemoryTransformerConfig config;

    MemoryTransformerReader(MemoryTransformerMemory memory, MemoryTransformerConfig config) {
        this.memory = memory;
        this.config = config;
    }

    @Override
    public SequenceRows rows(MemoryState state, long batch) {
        return SequenceRows.before(
                memory.initialRows(batch),
                config.variant() == Variant.MEM_TRANSFORMER
                        ? SequenceRows.Placement.JOINED
                        : SequenceRows.Placement.APART,
                config.mask() == Mask.BLOCK,
                config.reservedPositions());
    }

    @Override
    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
        if (request.site() != ReadRequest.Site.ATTENTION || !state.contains(MemoryTransformerWriter.IN_SIGHT)) {
            return Reading.NOTHING;
        }
        Tensor rows = state.get(MemoryTransformerWriter.IN_SIGHT);
        return new Reading.Keys(rows, null, config.variant() == Variant.MEM_CTRL);
    }

    @Override
    public Tensor encoderOutput(Tensor sequence, MemoryState state) {
        if (!state.contains(MemoryTransformerWriter.ROWS)) {
            return sequence;
        }
        return sequence.backend().concat(List.of(state.get(MemoryTransformerWriter.ROWS), sequence), 1);
    }
}
