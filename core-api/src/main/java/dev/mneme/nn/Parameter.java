package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Tensor;

/**
 * A trainable tensor: a leaf of the graph whose values the optimizer changes in place.
 *
 * @param value the leaf; owned by the module that made it
 * @param decays whether weight decay applies: matrices yes; biases, gains and memory rows no
 */
@Stable
public record Parameter(Tensor value, boolean decays) {}
