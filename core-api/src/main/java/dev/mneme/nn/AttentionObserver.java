package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Tensor;

/** Sees attention weights, and whatever else a module shows, while a model runs; for reports and inspection. */
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

    /**
     * Called by modules that have something else to show, such as where a density lies; does nothing by default. Whoever
     * calls it asks for the pass's observer first, so that nothing is computed for nobody.
     *
     * @param path of the module and what it shows, such as {@code reader.layers.0.mean}
     * @param values (batch, ..), of a shape the module documents; closed when the pass's scope closes
     */
    default void note(String path, Tensor values) {}
}
