package dev.mneme.memformer;

import dev.mneme.nn.Initializer;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every slot attends to itself and to the tokens, not to other slots. Slots and tokens share one key projection; the
 * value of a slot is the slot itself, so that one which keeps to itself stays as it is; there is no output projection.
 */
final class SlotAttention extends Module {
    private final int dim;
    private final int headCount;
    private final double scale;
    private final Linear project;

    /**
     * Glorot-uniform projections: queries, keys and values in one matrix (3 dim, dim).
     *
     * @param temperature divides the scores
     */
    SlotAttention(ModuleContext context, int dim, int headCount, double temperature) {
        super(context);
        this.dim = dim;
        this.headCount = headCount;
        scale = 1 / (Math.sqrt((double) dim / headCount) * temperature);
        // Each of the three is initialised as the (dim, dim) matrix it is.
        Initializer each = Initializer.uniform(Math.sqrt(3.0 / dim));
        project = child("project", c -> new Linear(c, dim, 3 * dim, false, each));
    }

    /**
     * The slots before forgetting.
     *
     * @param slots (batch, k, dim)
     * @param tokens (batch, length, dim)
     * @param valid (batch, length), true = real token; null when all are
     * @return (batch, k, dim)
     */
    Tensor forward(Tensor slots, Tensor tokens, @Nullable Tensor valid, Pass pass) {
        List<Tensor> ofSlots = project.forward(slots, 0, 2L * dim).split(-1, 2);
        List<Tensor> ofTokens = project.forward(tokens, dim, 3L * dim).split(-1, 2);
        Tensor queries = heads(ofSlots.get(0));
        Tensor keys = heads(join(ofSlots.get(1), ofTokens.get(0)));
        Tensor values = heads(join(slots, ofTokens.get(1)));
        Tensor mask = OwnSlot.mask(slots, tokens.size(1), valid);
        Attention attention = new Attention(mask, null, false, scale, 0, 0);
        if (pass.observer() != null) {
            pass.observer().observe(path(), queries.attentionWeights(keys, attention));
        }
        Tensor mixed = queries.attention(keys, values, attention);
        return mixed.permute(0, 2, 1, 3).reshape(slots.size(0), slots.size(1), dim);
    }

    private static Tensor join(Tensor ofSlots, Tensor ofTokens) {
        return ofSlots.backend().concat(List.of(ofSlots, ofTokens), 1);
    }

    private Tensor heads(Tensor rows) {
        return rows.reshape(rows.size(0), rows.size(1), headCount, dim / headCount)
                .permute(0, 2, 1, 3);
    }
}
