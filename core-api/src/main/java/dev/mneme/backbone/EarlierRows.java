package dev.mneme.backbone;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reading;
import dev.mneme.nn.Pass;

/** What the blocks of {@link RelativeLayers} see of earlier segments; a reader's answer without the request. */
@FunctionalInterface
public interface EarlierRows {
    /**
     * Rows a block sees before its own, the newest last.
     *
     * @param state at the start of the segment
     * @return {@link Reading.Keys} of as many rows in every layer, with one mask for all layers and queries, (batch, 1, 1,
     *     M), under which each stream's rows are the last ones; or {@link Reading#NOTHING} in all
     */
    Reading before(int layer, MemoryState state, Pass pass);
}
