package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Projected keys and values of some rows; for attention over rows that were seen before.
 *
 * @param keys (batch, heads, rows, headDim)
 * @param values (batch, heads, rows, headDim)
 */
@Stable
public record KeyValues(Tensor keys, Tensor values) {
    /** These rows after the earlier ones; null earlier = none. */
    public KeyValues after(@Nullable KeyValues earlier) {
        if (earlier == null) {
            return this;
        }
        return new KeyValues(
                keys.backend().concat(List.of(earlier.keys, keys), 2),
                values.backend().concat(List.of(earlier.values, values), 2));
    }
}
