package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Tensor;

/** {@code W2 activation(W1 x + b1) + b2}, position by position. */
@Stable
public final class FeedForward extends Module {
    private final Linear expand;
    private final Linear contract;
    private final Activation activation;
    private final double dropout;

    public FeedForward(ModuleContext context, int dim, int hiddenDim, Activation activation, double dropout) {
        super(context);
        this.activation = activation;
        this.dropout = dropout;
        expand = child("expand", c -> new Linear(c, dim, hiddenDim, true));
        contract = child("contract", c -> new Linear(c, hiddenDim, dim, true));
    }

    /** (.., dim) to (.., dim). */
    public Tensor forward(Tensor x, Pass pass) {
        return contract.forward(pass.dropout(activation.apply(expand.forward(x)), dropout));
    }
}
