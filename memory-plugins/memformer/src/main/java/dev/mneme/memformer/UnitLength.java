package dev.mneme.memformer;

import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;

/** Vectors scaled to length 1. */
final class UnitLength {
    private static final double EPSILON = 1e-12;

    private UnitLength() {}

    /** {@code x / max(‖x‖, 1e-12)} over the last dimension. */
    static Tensor of(Tensor x) {
        Tensor squared = x.square().sum(true, -1);
        // The floor goes below the root: its derivative at 0 is infinite.
        Tensor floor = x.backend().full(Shape.scalar(), EPSILON * EPSILON, x.dtype());
        return x.div(squared.maximum(floor).sqrt());
    }
}
