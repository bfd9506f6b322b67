package dev.mneme.memory;

import dev.mneme.tensor.Tensor;
import java.util.HashMap;
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

    /** The same with losses of reads; where both have a name they are summed. */
    public Written plus(Map<String, Tensor> reads) {
        if (reads.isEmpty()) {
            return this;
        }
        Map<String, Tensor> all = new HashMap<>(losses);
        reads.forEach((name, loss) -> all.merge(name, loss, Tensor::add));
        return new Written(next, all);
    }

    /** A next state without auxiliary losses. */
    public static Written of(MemoryState next) {
        return new Written(next, Map.of());
    }
}
