package dev.mneme.memformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.nn.Activation;
import dev.mneme.nn.FeedForward;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.MultiHeadAttention;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first version's writer: attention over itself and the tokens, a GRU cell per slot, a feed-forward. */
final class MemformerGruWriter extends MemformerWriter {
    private final int updates;
    private final MultiHeadAttention attention;
    private final GruCell gru;
    private final Normalization norm;
    private final FeedForward feedForward;

    MemformerGruWriter(ModuleContext context, MemformerConfig config, BackboneConfig backbone, MemformerReader reader) {
        super(context, reader);
        int dim = backbone.dim();
        updates = config.numMemUpdates();
        attention = child(
                "attention",
                c -> new MultiHeadAttention(
                        c,
                        dim,
                        backbone.heads(),
                        backbone.projectionBias(),
                        backbone.outputBias(),
                        backbone.dropout()));
        gru = child("gru", c -> new GruCell(c, dim));
        norm = child("norm", backbone::newNorm);
        feedForward = child("feed_forward", c -> new FeedForward(c, dim, 4 * dim, Activation.GELU, backbone.dropout()));
    }

    @Override
    Tensor update(Tensor slots, Tensor tokens, @Nullable Tensor valid, Pass pass) {
        Attention ownSlot = Attention.masked(OwnSlot.mask(slots, tokens.size(1), valid));
        Tensor current = slots;
        for (int i = 0; i < updates; i++) {
            Tensor seen = slots.backend().concat(List.of(current, tokens), 1);
            Tensor hidden = gru.forward(attention.forward(current, seen, ownSlot, pass), current);
            current = hidden.add(feedForward.forward(norm.forward(hidden), pass));
        }
        return current;
    }
}
