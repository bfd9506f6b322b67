package dev.mneme.memformer;

import dev.mneme.nn.Initializer;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.tensor.Tensor;

/**
 * Gated recurrent unit (Cho et al., arXiv 1406.1078) with the reset gate behind the recurrent product. Gates lie in the
 * order reset, update, candidate.
 */
final class GruCell extends Module {
    private final int dim;
    private final Linear ofInput;
    private final Linear ofHidden;

    GruCell(ModuleContext context, int dim) {
        super(context);
        this.dim = dim;
        Initializer each = Initializer.uniform(1 / Math.sqrt(dim));
        ofInput = child("input", c -> new Linear(c, dim, 3 * dim, true, each));
        ofHidden = child("hidden", c -> new Linear(c, dim, 3 * dim, true, each));
    }

    /** The next hidden vectors (.., dim) from inputs and hidden vectors of that shape. */
    Tensor forward(Tensor input, Tensor hidden) {
        Tensor x = ofInput.forward(input);
        Tensor h = ofHidden.forward(hidden);
        Tensor gates = x.slice(-1, 0, 2L * dim).add(h.slice(-1, 0, 2L * dim)).sigmoid();
        Tensor reset = gates.slice(-1, 0, dim);
        Tensor update = gates.slice(-1, dim, 2L * dim);
        Tensor candidate = x.slice(-1, 2L * dim, 3L * dim)
                .add(reset.mul(h.slice(-1, 2L * dim, 3L * dim)))
                .tanh();
        return candidate.add(update.mul(hidden.sub(candidate)));
    }
}
