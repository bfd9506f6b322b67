package dev.mneme.memory;

import dev.mneme.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the blocks computed for one segment.
 *
 * @param leading joined memory rows M at the front of every tensor here
 * @param trailing memory rows N at the end of every tensor here
 * @param layerInputs input of each block, (batch, M + length + N, dim)
 * @param output after the last block and the final norm, (batch, M + length + N, dim)
 * @param valid (batch, length), true = real token; null when all are
 */
public record SegmentTrace(
        int leading,
        int trailing,
        List<Tensor> layerInputs,
        Tensor output,
        @Nullable Tensor valid) {

    /** What became of the joined rows, (batch, M, dim). */
    public Tensor leadingOutput() {
        return output.slice(1, 0, leading);
    }

    /** What became of the tokens, (batch, length, dim). */
    public Tensor tokenOutput() {
        return leading == 0 && trailing == 0 ? output : output.slice(1, leading, output.size(1) - trailing);
    }

    /** What became of the trailing rows, (batch, N, dim). */
    public Tensor trailingOutput() {
        return output.slice(1, output.size(1) - trailing, output.size(1));
    }
}
