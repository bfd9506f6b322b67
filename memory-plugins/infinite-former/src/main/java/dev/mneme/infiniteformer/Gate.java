package dev.mneme.infiniteformer;

import dev.mneme.nn.Initializer;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.List;

/** {@code x * sigmoid(convolution of x)} over time, kernel 3, zeros around: how much of each vector is written. */
final class Gate extends Module {
    private final Linear taps;

    /** The map's inputs are the vectors before, here and behind, in this order. */
    Gate(ModuleContext context, int dim) {
        super(context);
        taps = child("taps", c -> new Linear(c, 3 * dim, dim, true, Initializer.normal(0.02)));
    }

    /** (batch, length, dim) to the same. */
    Tensor forward(Tensor rows) {
        long length = rows.size(1);
        Tensor zero = rows.backend().zeros(Shape.of(rows.size(0), 1, rows.size(2)), rows.dtype());
        Tensor padded = rows.backend().concat(List.of(zero, rows, zero), 1);
        Tensor three =
                rows.backend().concat(List.of(padded.slice(1, 0, length), rows, padded.slice(1, 2, length + 2)), -1);
        return rows.mul(taps.forward(three).sigmoid());
    }
}
