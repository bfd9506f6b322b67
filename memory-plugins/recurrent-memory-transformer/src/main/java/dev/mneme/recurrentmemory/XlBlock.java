package dev.mneme.recurrentmemory;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.nn.FeedForward;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.Pass;
import dev.mneme.nn.TransformerBlock.NormPlacement;
import dev.mneme.tensor.Tensor;

/** A block of the xl form. There is no norm behind the last one, pre-norm or not. */
final class XlBlock extends Module {
    private final boolean preNorm;
    private final double dropout;
    private final XlAttention attention;
    private final Normalization attentionNorm;
    private final FeedForward feedForward;
    private final Normalization feedForwardNorm;

    XlBlock(ModuleContext context, BackboneConfig config, int headDim) {
        super(context);
        preNorm = config.norm() == NormPlacement.PRE;
        dropout = config.dropout();
        attention = child("attention", c -> new XlAttention(c, config.dim(), config.heads(), headDim, dropout));
        attentionNorm = child("attention_norm", config::newNorm);
        feedForward = child(
                "feed_forward",
                c -> new FeedForward(c, config.dim(), config.feedForwardDim(), config.activation(), dropout));
        feedForwardNorm = child("feed_forward_norm", config::newNorm);
    }

    XlAttention attention() {
        return attention;
    }

    /** What the attention takes in of rows (batch, rows, dim), cached ones included. */
    Tensor attentionInput(Tensor rows) {
        return preNorm ? attentionNorm.forward(rows) : rows;
    }

    /** Everything after the attention. */
    Tensor finish(Tensor rows, Tensor attended, Pass pass) {
        Tensor read = residual(rows, attended, attentionNorm, pass);
        Tensor input = preNorm ? feedForwardNorm.forward(read) : read;
        return residual(read, feedForward.forward(input, pass), feedForwardNorm, pass);
    }

    private Tensor residual(Tensor rows, Tensor sublayer, Normalization norm, Pass pass) {
        Tensor sum = rows.add(pass.dropout(sublayer, dropout));
        return preNorm ? sum : norm.forward(sum);
    }
}
