package dev.mneme.memformer;

import dev.mneme.nn.Initializer;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.tensor.Tensor;
import java.util.List;

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
        List<Tensor> x = ofInput.forward(input).split(-1, 3);
        List<Tensor> h = ofHidden.forward(hidden).split(-1, 3);
        Tensor reset = x.get(0).add(h.get(0)).sigmoid();
        Tensor update = x.get(1).add(h.get(1)).sigmoid();
        Tensor candidate = x.get(2).add(reset.mul(h.get(2))).tanh();
        return candidate.add(update.mul(hidden.sub(candidate)));
    }
}
