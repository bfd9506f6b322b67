package dev.mneme.memory;

import dev.mneme.nn.Parameterized;
import dev.mneme.nn.Pass;

/** Makes the next state. Called by the controller; keeps nothing between calls. */
public interface Writer extends Parameterized {
    /**
     * Called before each block, in every backbone. May add entries of its own to the state, which live until the segment ends.
     *
     * @return the state the block's reads see; by default unchanged
     */
    default MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
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
