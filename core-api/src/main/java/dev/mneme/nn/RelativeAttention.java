package dev.mneme.nn;

import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention with relative positions (Dai et al., arXiv 1901.02860, section 3.3). Heads may be wider or narrower
 * than dim / heads. What distances add to the scores comes from {@link RelativeTerms}, which layers may share.
 *
 * <p>Query, key and value projections are one matrix (3 heads headDim, dim), in this order.
 */
public final class RelativeAttention extends Module {
    /**
     * Queries of some rows with the keys and values of the same rows.
     *
     * @param queries (batch, heads, length, headDim)
     */
    public record Projected(Tensor queries, KeyValues keyValues) {}

    private final int headCount;
    private final int headDim;
    private final double dropout;
    private final Linear project;
    private final Linear output;

    /**
     * Glorot-uniform projections.
     *
     * @param projectionBias whether queries, keys and values have a bias
     * @param outputBias whether the output projection has one
     * @param dropout of attention weights
     */
    public RelativeAttention(
            ModuleContext context,
            int dim,
            int headCount,
            int headDim,
            boolean projectionBias,
            boolean outputBias,
            double dropout) {
        super(context);
        this.headCount = headCount;
        this.headDim = headDim;
        this.dropout = dropout;
        int width = headCount * headDim;
        // Each of the three is initialised as the (width, dim) matrix it is.
        Initializer each = (shape, random) -> uniform(shape, random, dim + width);
        project = child("project", c -> new Linear(c, dim, 3 * width, projectionBias, each));
        output = child("output", c -> new Linear(c, width, dim, outputBias));
    }

    private static double[] uniform(Shape shape, RandomGenerator random, int inAndOut) {
        return Initializer.uniform(Math.sqrt(6.0 / inAndOut)).draw(shape, random);
    }

    private long width() {
        return (long) headCount * headDim;
    }

    /** Projects rows (batch, length, dim). */
    public Projected project(Tensor rows) {
        List<Tensor> projected = project.forward(rows).split(-1, 3);
        return new Projected(heads(projected.get(0)), new KeyValues(heads(projected.get(1)), heads(projected.get(2))));
    }

    /** Keys and values of rows (batch, rows, dim) that ask nothing. */
    public KeyValues keyValues(Tensor rows) {
        List<Tensor> projected = project.forward(rows, width(), 3 * width()).split(-1, 2);
        return new KeyValues(heads(projected.get(0)), heads(projected.get(1)));
    }

    private Tensor heads(Tensor projected) {
        return projected
                .reshape(projected.size(0), projected.size(1), headCount, headDim)
                .permute(0, 2, 1, 3);
    }

    /**
     * Attention weights without dropout.
     *
     * @param queries (batch, heads, length, headDim)
     * @param keys (batch, heads, keys, headDim), the last one being the last query's own row
     * @param terms of at least keys + 1 distances
     * @param allowed broadcastable to (batch, heads, length, keys), BOOL, true = may attend; false at least for keys ahead
     *     of their query
     * @return (batch, heads, length, keys); a query that may attend to nothing gets weights that mean nothing
     */
    public Tensor weights(Tensor queries, Tensor keys, RelativeTerms terms, Tensor allowed) {
        Tensor scaled = queries.mul(scale());
        Tensor content = plus(scaled, terms.contentBias()).matmul(keys.transpose(-1, -2));
        Tensor scores = content.add(positionScores(scaled, keys.size(2), terms));
        Tensor floor = scores.backend().full(Shape.scalar(), floor(scores.dtype()), scores.dtype());
        return allowed.where(scores, floor).softmax(-1);
    }

    /**
     * Output of a weighing of values.
     *
     * @param weights from {@link #weights}
     * @param values (batch, heads, keys, headDim)
     * @return (batch, length, dim)
     */
    public Tensor mix(Tensor weights, Tensor values, Pass pass) {
        if (pass.observer() != null) {
            pass.observer().observe(path(), weights);
        }
        return joined(pass.dropout(weights, dropout).matmul(values));
    }

    /** {@link #mix} of {@link #weights}, by the engine's fused attention where nobody needs the weights. */
    public Tensor attend(Tensor queries, KeyValues keyValues, RelativeTerms terms, Tensor allowed, Pass pass) {
        Tensor keys = keyValues.keys();
        // Fused kernels have no gradient for an additive bias that has one.
        if (queries.requiresGradient() || pass.observer() != null || pass.training()) {
            return mix(weights(queries, keys, terms, allowed), keyValues.values(), pass);
        }
        Tensor bias = positionScores(queries.mul(scale()), keys.size(2), terms);
        Tensor asking = terms.contentBias() == null
                ? queries
                : queries.add(terms.contentBias().unsqueeze(1));
        Attention attention = Attention.masked(allowed).withBias(bias);
        return joined(asking.attention(keys, keyValues.values(), attention));
    }

    /**
     * Content attention with the projections cut off from the graph: what the rows would read of others if there were no
     * positions, heads side by side and without the output projection. For losses that must not move the attention.
     *
     * @param rows (batch, length, dim)
     * @param keyRows (batch, keys, dim)
     * @return (batch, length, heads headDim)
     */
    public Tensor frozenContent(Tensor rows, Tensor keyRows, Attention attention) {
        Tensor queries = heads(frozen(rows, 0, width()));
        List<Tensor> projected = frozen(keyRows, width(), 3 * width()).split(-1, 2);
        return side(queries.attention(heads(projected.get(0)), heads(projected.get(1)), attention));
    }

    private Tensor frozen(Tensor rows, long from, long to) {
        Parameter bias = project.parameters().get("bias");
        Parameter weight = parameters().get("project.weight");
        return rows.linear(
                weight.value().detach().slice(0, from, to),
                bias == null ? null : bias.value().detach().slice(0, from, to));
    }

    private Tensor joined(Tensor mixed) {
        return output.forward(side(mixed));
    }

    private Tensor side(Tensor mixed) {
        return mixed.permute(0, 2, 1, 3).reshape(mixed.size(0), mixed.size(2), width());
    }

    private double scale() {
        return 1 / Math.sqrt(headDim);
    }

    /** Scaled queries plus a bias that is scaled here. */
    private Tensor plus(Tensor scaled, @Nullable Tensor bias) {
        return bias == null ? scaled : scaled.add(bias.mul(scale()).unsqueeze(1));
    }

    /** The part of the scores that distances make, (batch, heads, length, keys). */
    private Tensor positionScores(Tensor scaled, long keys, RelativeTerms terms) {
        Tensor asking = plus(scaled, terms.positionBias());
        Tensor positions = lastDistances(terms.positions(), -2, keys + 1);
        Tensor offsets = terms.offsets() == null
                ? null
                : lastDistances(terms.offsets(), -1, keys + 1).mul(scale());
        if (positions.rank() == 4) {
            return RelativePositions.shift(withOffsets(asking.matmul(positions.transpose(-1, -2)), offsets));
        }
        long batch = asking.size(0);
        long length = asking.size(2);
        // One product a head for all streams: positions are the same for them.
        Tensor together = asking.permute(1, 0, 2, 3).reshape(headCount, batch * length, headDim);
        Tensor byDistance = withOffsets(together.matmul(positions.transpose(-1, -2)), offsets);
        return RelativePositions.shift(byDistance.reshape(headCount, batch, length, keys + 1))
                .permute(1, 0, 2, 3);
    }

    private static Tensor withOffsets(Tensor byDistance, @Nullable Tensor offsets) {
        return offsets == null ? byDistance : byDistance.add(offsets.unsqueeze(1));
    }

    private static Tensor lastDistances(Tensor tensor, int dim, long count) {
        long size = tensor.size(dim);
        return size == count ? tensor : tensor.slice(dim, size - count, size);
    }

    /** Low enough to vanish beside any score, yet finite, so that no difference of two is NaN. */
    private static double floor(DType dtype) {
        return dtype == DType.F16 ? -6e4 : -1e30;
    }
}
