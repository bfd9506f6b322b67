package dev.mneme.infiniteformer;

import dev.mneme.nn.Initializer;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.tensor.Tensor;

/** Continuous attention of one layer over its signal. Weights are normal with variance 1 / inputs at the start. */
final class SignalRead extends Module {
    private final int heads;
    private final int headDim;
    private final double varianceFloor;
    private final Linear key;
    private final Linear value;
    private final Linear output;
    private final Parameter density;

    SignalRead(ModuleContext context, Sizes sizes, int basis, double varianceFloor) {
        super(context);
        int dim = sizes.dim();
        heads = sizes.heads();
        headDim = dim / heads;
        this.varianceFloor = varianceFloor;
        Initializer square = Initializer.normal(1 / Math.sqrt(dim));
        key = child("key", c -> new Linear(c, dim, dim, false, square));
        value = child("value", c -> new Linear(c, dim, dim, false, square));
        output = child("output", c -> new Linear(c, dim, dim, false, square));
        density = parameter("density", Initializer.normal(1 / Math.sqrt(basis)), 2, basis);
    }

    /**
     * What a query's mean and variance are products with. The scores of a query over the N basis functions are only
     * needed in two weighted sums, so the sums are taken over the keys instead: {@code a (K q) = (a K) q}.
     *
     * @param signal (batch, N, dim)
     * @return (batch, heads, headDim, 2), scaled
     */
    Tensor focus(Tensor signal) {
        Tensor keys = key.forward(density.value().matmul(signal)).mul(1 / Math.sqrt(headDim));
        return keys.reshape(signal.size(0), 2, heads, headDim).permute(0, 2, 3, 1);
    }

    /** Projected values (batch, heads, N, headDim) of a signal (batch, N, dim). */
    Tensor values(Tensor signal) {
        return value.forward(signal)
                .reshape(signal.size(0), signal.size(1), heads, headDim)
                .permute(0, 2, 1, 3);
    }

    /** Where queries (batch, heads, length, headDim) look. */
    Densities densities(Tensor queries, Tensor focus) {
        return Densities.of(queries.matmul(focus), varianceFloor);
    }

    /**
     * What they find there.
     *
     * @param expected basis functions under their densities, (batch, heads, length, N)
     * @param values from {@link #values}
     * @return (batch, length, dim)
     */
    Tensor read(Tensor expected, Tensor values) {
        Tensor found = expected.matmul(values).permute(0, 2, 1, 3);
        return output.forward(found.reshape(found.size(0), found.size(1), (long) heads * headDim));
    }
}
