package dev.mneme.memory;

import dev.mneme.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the blocks computed for one segment.
 *
 * @param rowCount joined memory rows M at the front of every tensor here
 * @param layerInputs input of each block, (batch, M + length, dim)
 * @param output after the last block and the final norm, (batch, M + length, dim)
 * @param valid (batch, length), true = real token; null when all are
 */
public record SegmentTrace(
        int rowCount,
        List<Tensor> layerInputs,
        Tensor output,
        @Nullable Tensor valid) {}
