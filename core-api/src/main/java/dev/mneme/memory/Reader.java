package dev.mneme.memory;

import dev.mneme.nn.Parameterized;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;

/** Looks into the memory for the current hidden vectors. Called by the controller; keeps nothing between calls. */
public interface Reader extends Parameterized {
    /**
     * The memory rows around a segment, asked for once a segment before the first block.
     *
     * @param state at the start of the segment
     * @param batch number of streams B
     */
    default SequenceRows rows(MemoryState state, long batch) {
        return SequenceRows.NONE;
    }

    /**
     * What one place of one block sees of the memory. {@code dev.mneme.backbone.TransformerController} calls it at every
     * {@link ReadRequest.Site} of every block; a backbone of another kind for every block, at the sites it has, and it
     * says which.
     *
     * @param state after {@link Writer#writeLayer} of this block
     * @return {@link Reading#NOTHING} where this mechanism does not read
     */
    Reading read(ReadRequest request, MemoryState state, Pass pass);

    /**
     * What a decoder sees of an encoder, as rows for its cross-attention.
     *
     * @param sequence the encoder's last hidden rows, joined rows first, without trailing rows: (batch, rows + length, dim)
     * @param state after the last block
     * @return (batch, any number of rows, dim); by default the sequence
     */
    default Tensor encoderOutput(Tensor sequence, MemoryState state) {
        return sequence;
    }
}
