package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Tensor;

/** A table of vectors picked by id. */
@Stable
public final class Embedding extends Module {
    private final Parameter weight;

    public Embedding(ModuleContext context, int rows, int dim, double standardDeviation) {
        super(context);
        weight = parameter("weight", Initializer.normal(standardDeviation), rows, dim);
    }

    /** Ids (..) to vectors (.., dim). */
    public Tensor forward(Tensor ids) {
        return weight.value().embedding(ids);
    }

    /** The whole table (rows, dim). */
    public Tensor table() {
        return weight.value();
    }
}
