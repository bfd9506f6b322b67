package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Tensor;

/** Sees attention weights while a model runs; for reports and inspection. */
@FunctionalInterface
@Stable
public interface AttentionObserver {
    /**
     * Called once per attention.
     *
     * @param path of the attention module, such as {@code controller.layers.0.attention}
     * @param weights (batch, heads, length, keys); closed when the pass's scope closes
     */
    void observe(String path, Tensor weights);
}
