package dev.mneme.memory;

import dev.mneme.nn.Parameterized;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;

/** Makes the next state. Called by the controller; keeps nothing between calls. */
public interface Writer extends Parameterized {
    /**
     * Called before each block. May add entries of its own to the state, which live until the segment ends.
     *
     * @param layer index of the block
     * @param hidden the block's input, joined rows first, (batch, rows + length, dim). In a causal backbone it has length
     *     0: what tokens of a segment see must not depend on later tokens of it.
     * @return the state the block's reads see; by default unchanged
     */
    default MemoryState writeLayer(int layer, Tensor hidden, MemoryState state, Pass pass) {
        return state;
    }

    /**
     * Called once after the last block.
     *
     * @param trace what the blocks computed
     * @param state after the last {@link #writeLayer}
     * @return the next state with exactly the entries of the schema, and auxiliary losses
     */
    Written write(SegmentTrace trace, MemoryState state, Pass pass);
}
