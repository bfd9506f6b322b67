package dev.mneme.memformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.MultiHeadAttention;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Tensor;

/** One block's cross-attention over the slots. Queries are normalised; the slots are taken as they are. */
final class SlotRead extends Module {
    private final Normalization norm;
    private final MultiHeadAttention attention;
    private final double dropout;

    SlotRead(ModuleContext context, BackboneConfig backbone) {
        super(context);
        dropout = backbone.dropout();
        norm = child("norm", backbone::newNorm);
        attention = child(
                "attention",
                c -> new MultiHeadAttention(
                        c,
                        backbone.dim(),
                        backbone.heads(),
                        backbone.projectionBias(),
                        backbone.outputBias(),
                        backbone.dropout()));
    }

    /** Keys and values of slots (batch, k, dim). */
    KeyValues project(Tensor slots) {
        return attention.keyValues(slots);
    }

    /** What to add to rows (batch, length, dim). */
    Tensor forward(Tensor rows, KeyValues slots, Pass pass) {
        Tensor queries = attention.queries(norm.forward(rows));
        return pass.dropout(attention.attend(queries, slots, Attention.FULL, pass), dropout);
    }
}
