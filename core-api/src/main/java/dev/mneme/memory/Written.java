package dev.mneme.memory;

import dev.mneme.tensor.Tensor;
import java.util.Map;

/**
 * What a {@link Writer} returns.
 *
 * @param next state after this segment
 * @param losses auxiliary losses by name, scalars already weighted; added to the task's loss
 */
public record Written(MemoryState next, Map<String, Tensor> losses) {
    public Written {
        losses = Map.copyOf(losses);
    }

    /** A next state without auxiliary losses. */
    public static Written of(MemoryState next) {
        return new Written(next, Map.of());
    }
}
