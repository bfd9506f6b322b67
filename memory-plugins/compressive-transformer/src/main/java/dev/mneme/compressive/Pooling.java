package dev.mneme.compressive;

import dev.mneme.nn.ModuleContext;
import dev.mneme.tensor.Tensor;

/** Largest value or mean of each feature. */
final class Pooling extends Compressor {
    private final int rate;
    private final boolean largest;

    /**
     * Has no parameters.
     *
     * @param largest whether to take the largest value rather than the mean
     */
    Pooling(ModuleContext context, int rate, boolean largest) {
        super(context);
        this.rate = rate;
        this.largest = largest;
    }

    @Override
    Tensor compress(Tensor rows) {
        Tensor blocks = rows.reshape(rows.size(0), rows.size(1) / rate, rate, rows.size(2));
        return largest ? blocks.max(2, false) : blocks.mean(false, 2);
    }
}
