package dev.mneme.backbone;

import dev.mneme.nn.FeedForward;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RelativeAttention;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.tensor.Tensor;

/** A {@link TransformerBlock} whose self-attention has relative positions. */
public final class RelativeBlock extends Module {
    private final TransformerBlock.Config config;
    private final RelativeAttention attention;
    private final Normalization attentionNorm;
    private final FeedForward feedForward;
    private final Normalization feedForwardNorm;

    RelativeBlock(ModuleContext context, TransformerBlock.Config config, int headDim, double attentionDropout) {
        super(context);
        this.config = config;
        attention = child(
                "attention",
                c -> new RelativeAttention(
                        c,
                        config.dim(),
                        config.headCount(),
                        headDim,
                        config.projectionBias(),
                        config.outputBias(),
                        attentionDropout));
        attentionNorm = child("attention_norm", this::newNorm);
        feedForward = child(
                "feed_forward",
                c -> new FeedForward(c, config.dim(), config.feedForwardDim(), config.activation(), config.dropout()));
        feedForwardNorm = child("feed_forward_norm", this::newNorm);
    }

    private Normalization newNorm(ModuleContext context) {
        return new Normalization(context, config.normalization(), config.dim(), config.epsilon());
    }

    public RelativeAttention attention() {
        return attention;
    }

    private boolean isPreNorm() {
        return config.placement() == TransformerBlock.NormPlacement.PRE;
    }

    /** What the attention takes in of rows (batch, rows, dim): normalised under pre-norm, as they are otherwise. */
    public Tensor attentionInput(Tensor rows) {
        return isPreNorm() ? attentionNorm.forward(rows) : rows;
    }

    /** As {@link #attentionInput}, with the norm's parameters cut off from the graph. */
    public Tensor frozenAttentionInput(Tensor rows) {
        if (!isPreNorm()) {
            return rows;
        }
        Tensor gain = parameters().get("attention_norm.gain").value().detach();
        Parameter bias = parameters().get("attention_norm.bias");
        return config.normalization() == Normalization.Kind.RMS
                ? rows.rmsNorm(gain, config.epsilon())
                : rows.layerNorm(gain, bias.value().detach(), config.epsilon());
    }

    /** Everything after the attention. */
    Tensor finish(Tensor rows, Tensor attended, Pass pass) {
        Tensor read = residual(rows, attended, attentionNorm, pass);
        Tensor input = isPreNorm() ? feedForwardNorm.forward(read) : read;
        return residual(read, feedForward.forward(input, pass), feedForwardNorm, pass);
    }

    private Tensor residual(Tensor rows, Tensor sublayer, Normalization norm, Pass pass) {
        Tensor sum = rows.add(pass.dropout(sublayer, config.dropout()));
        return isPreNorm() ? sum : norm.forward(sum);
    }
}
