package dev.mneme.memformer;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.ReadRequest.Site;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import java.util.List;

/** Tokens attend to the slots of their layer beside each other; a decoder sees the written slots and the tokens. */
final class MemBartReader implements Reader {
    @Override
    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
        if (request.site() != Site.ATTENTION) {
            return Reading.NOTHING;
        }
        KeyValues slots = new KeyValues(state.get(MemBartWriter.KEYS), state.get(MemBartWriter.VALUES));
        return new Reading.Projected(slots, null, true);
    }

    @Override
    public Tensor encoderOutput(Tensor sequence, MemoryState state) {
        return sequence.backend().concat(List.of(state.get(MemformerMemory.SLOTS), sequence), 1);
    }
}
