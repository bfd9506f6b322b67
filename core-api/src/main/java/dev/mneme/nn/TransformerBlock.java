package dev.mneme.nn;

import dev.mneme.stability.Beta;
import dev.mneme.stability.Stable;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Self-attention, optional cross-attention, feed-forward; each with residual and normalisation before (pre-norm) or
 * after (post-norm, the original transformer). The parts are public so that a mechanism can put its own between them.
 */
@Stable
public final class TransformerBlock extends Module {
    /** Where normalisation stands. */
    public enum NormPlacement {
        /** {@code y = x + f(norm(x))}. */
        PRE,
        /** {@code y = norm(x + f(x))}. */
        POST
    }

    /**
     * Sizes and choices of a block.
     *
     * @param dim width D
     * @param headCount heads H, a divisor of dim
     * @param feedForwardDim hidden width F
     * @param placement pre- or post-norm
     * @param normalization LayerNorm or RMSNorm
     * @param epsilon of the normalisation
     * @param activation of the feed-forward
     * @param projectionBias whether query, key and value projections have a bias
     * @param outputBias whether the attention's output projection has one
     * @param crossAttention whether there is a cross-attention
     * @param dropout probability, on attention weights, feed-forward units and each sublayer's output
     */
    @Beta
    public record Config(
            int dim,
            int headCount,
            int feedForwardDim,
            NormPlacement placement,
            Normalization.Kind normalization,
            double epsilon,
            Activation activation,
            boolean projectionBias,
            boolean outputBias,
            boolean crossAttention,
            double dropout) {}

    private final Config config;
    private final MultiHeadAttention attention;
    private final Normalization attentionNorm;
    private final @Nullable MultiHeadAttention crossAttention;
    private final @Nullable Normalization crossNorm;
    private final FeedForward feedForward;
    private final Normalization feedForwardNorm;

    @Beta
    public TransformerBlock(ModuleContext context, Config config) {
        super(context);
        this.config = config;
        attention = child("attention", c -> newAttention(c, config));
        attentionNorm = child("attention_norm", c -> newNorm(c, config));
        crossAttention = config.crossAttention() ? child("cross", c -> newAttention(c, config)) : null;
        crossNorm = config.crossAttention() ? child("cross_norm", c -> newNorm(c, config)) : null;
        feedForward = child(
                "feed_forward",
                c -> new FeedForward(c, config.dim(), config.feedForwardDim(), config.activation(), config.dropout()));
        feedForwardNorm = child("feed_forward_norm", c -> newNorm(c, config));
    }

    private static MultiHeadAttention newAttention(ModuleContext context, Config config) {
        return new MultiHeadAttention(
                context,
                config.dim(),
                config.headCount(),
                config.projectionBias(),
                config.outputBias(),
                config.dropout());
    }

    private static Normalization newNorm(ModuleContext context, Config config) {
        return new Normalization(context, config.normalization(), config.dim(), config.epsilon());
    }

    public MultiHeadAttention attention() {
        return attention;
    }

    /** What the self-attention takes in of rows (batch, length, dim): normalised under pre-norm, as they are otherwise. */
    public Tensor attentionInput(Tensor rows) {
        return config.placement() == NormPlacement.PRE ? attentionNorm.forward(rows) : rows;
    }

    /**
     * The whole block without cross-attention on rows that attend to each other.
     *
     * @param rows (batch, length, dim)
     */
    public Tensor forward(Tensor rows, Attention mask, Pass pass) {
        return feed(attentionResidual(rows, attention.forward(attentionInput(rows), mask, pass), pass), pass);
    }

    /**
     * The whole block without cross-attention on rows that attend to the given rows and to nothing else.
     *
     * @param rows (batch, length, dim)
     * @param keyRows (batch, keys, dim), not yet normalised
     */
    public Tensor forward(Tensor rows, Tensor keyRows, Attention mask, Pass pass) {
        Tensor attended = attention.forward(attentionInput(rows), attentionInput(keyRows), mask, pass);
        return feed(attentionResidual(rows, attended, pass), pass);
    }

    /** Adds the self-attention's output to its rows, and normalises under post-norm. */
    public Tensor attentionResidual(Tensor rows, Tensor attended, Pass pass) {
        return residual(rows, attended, attentionNorm, pass);
    }

    /**
     * The cross-attention sublayer over projected source rows.
     *
     * @param source from {@link #crossKeyValues}
     */
    public Tensor cross(Tensor rows, KeyValues source, Attention mask, Pass pass) {
        MultiHeadAttention cross = requireCross(crossAttention);
        Normalization norm = requireCross(crossNorm);
        Tensor input = config.placement() == NormPlacement.PRE ? norm.forward(rows) : rows;
        return residual(rows, cross.attend(cross.queries(input), source, mask, pass), norm, pass);
    }

    /** Keys and values the cross-attention makes of source rows (batch, keys, dim). */
    public KeyValues crossKeyValues(Tensor source) {
        return requireCross(crossAttention).keyValues(source);
    }

    /** What the feed-forward takes in of rows (batch, length, dim). */
    public Tensor feedForwardInput(Tensor rows) {
        return config.placement() == NormPlacement.PRE ? feedForwardNorm.forward(rows) : rows;
    }

    /** The feed-forward sublayer. */
    public Tensor feed(Tensor rows, Pass pass) {
        return feedForwardResidual(rows, feedForward.forward(feedForwardInput(rows), pass), pass);
    }

    /** Adds the output of the feed-forward, or of what stands in its place, and normalises under post-norm. */
    public Tensor feedForwardResidual(Tensor rows, Tensor fed, Pass pass) {
        return residual(rows, fed, feedForwardNorm, pass);
    }

    private Tensor residual(Tensor rows, Tensor sublayer, Normalization norm, Pass pass) {
        Tensor sum = rows.add(pass.dropout(sublayer, config.dropout()));
        return config.placement() == NormPlacement.POST ? norm.forward(sum) : sum;
    }

    private static <T> T requireCross(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("this block was built without cross-attention");
        }
        return part;
    }
}
