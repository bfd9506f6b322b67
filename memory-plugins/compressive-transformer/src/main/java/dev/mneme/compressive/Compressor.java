package dev.mneme.compressive;

import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.tensor.Tensor;

/** Makes one row of c. */
abstract class Compressor extends Module {
    Compressor(ModuleContext context) {
        super(context);
    }

    /**
     * Compresses blocks of c rows: block t is made of no later row than the last of its own.
     *
     * @param rows (batch, T c, dim), oldest first
     * @return (batch, T, dim)
     */
    abstract Tensor compress(Tensor rows);
}
