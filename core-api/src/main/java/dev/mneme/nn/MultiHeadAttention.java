package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Multi-head attention (Vaswani et al., arXiv 1706.03762). Queries come from one set of rows, keys and values from
 * another or the same; extra keys and values are rows put before the own ones by the caller.
 *
 * <p>Query, key and value projections are one matrix (3 dim, dim), in this order: self-attention is one product.
 */
@Stable
public final class MultiHeadAttention extends Module {
    private final int dim;
    private final int headCount;
    private final double dropout;
    private final Linear project;
    private final Linear output;

    /**
     * Glorot-uniform projections.
     *
     * @param projectionBias whether queries, keys and values have a bias
     * @param outputBias whether the output projection has one
     * @param dropout of attention weights
     * @throws IllegalArgumentException if dim is not a multiple of the number of heads
     */
    public MultiHeadAttention(
            ModuleContext context, int dim, int headCount, boolean projectionBias, boolean outputBias, double dropout) {
        super(context);
        if (dim % headCount != 0) {
            throw new IllegalArgumentException("dim " + dim + " is not a multiple of heads " + headCount);
        }
        this.dim = dim;
        this.headCount = headCount;
        this.dropout = dropout;
        // Each of the three is initialised as the (dim, dim) matrix it is.
        Initializer each = (shape, random) -> uniformSquare(shape, random, dim);
        project = child("project", c -> new Linear(c, dim, 3 * dim, projectionBias, each));
        output = child("output", c -> new Linear(c, dim, dim, outputBias));
    }

    private static double[] uniformSquare(Shape shape, RandomGenerator random, int dim) {
        return Initializer.uniform(Math.sqrt(6.0 / (2.0 * dim))).draw(shape, random);
    }

    /** Self-attention of rows (batch, length, dim). */
    public Tensor forward(Tensor rows, Attention attention, Pass pass) {
        List<Tensor> projected = project.forward(rows).split(-1, 3);
        return attend(
                heads(projected.get(0)),
                new KeyValues(heads(projected.get(1)), heads(projected.get(2))),
                attention,
                pass);
    }

    /** Attention of rows (batch, length, dim) over other rows (batch, keys, dim). */
    public Tensor forward(Tensor rows, Tensor keyRows, Attention attention, Pass pass) {
        return attend(queries(rows), keyValues(keyRows), attention, pass);
    }

    /** Projected queries (batch, heads, length, headDim) of rows (batch, length, dim). */
    public Tensor queries(Tensor rows) {
        return heads(project.forward(rows, 0, dim));
    }

    /** Projected keys and values of rows (batch, keys, dim). */
    public KeyValues keyValues(Tensor rows) {
        List<Tensor> projected = project.forward(rows, dim, 3L * dim).split(-1, 2);
        return new KeyValues(heads(projected.get(0)), heads(projected.get(1)));
    }

    /** Output (batch, length, dim) of projected queries over projected keys and values. */
    public Tensor attend(Tensor queries, KeyValues keyValues, Attention attention, Pass pass) {
        return out(mix(queries, keyValues, attention, pass));
    }

    /**
     * As {@link #attend(Tensor, KeyValues, Attention, Pass)} where every row of the batch has its own number of keys.
     *
     * @param queries (batch, heads, length, headDim)
     * @param keyValues of each row, (1, heads, keys, headDim)
     * @param attentions of each row
     */
    public Tensor attend(Tensor queries, List<KeyValues> keyValues, List<Attention> attentions, Pass pass) {
        List<Tensor> mixed = new ArrayList<>();
        for (int row = 0; row < keyValues.size(); row++) {
            mixed.add(mix(queries.slice(0, row, row + 1), keyValues.get(row), attentions.get(row), pass));
        }
        return out(queries.backend().concat(mixed, 0));
    }

    private Tensor mix(Tensor queries, KeyValues keyValues, Attention attention, Pass pass) {
        if (pass.observer() != null) {
            pass.observer().observe(path(), queries.attentionWeights(keyValues.keys(), attention));
        }
        Attention dropped = pass.training() && dropout > 0
                ? attention.withDropout(dropout, pass.random().nextKey())
                : attention;
        return queries.attention(keyValues.keys(), keyValues.values(), dropped);
    }

    private Tensor out(Tensor mixed) {
        return output.forward(mixed.permute(0, 2, 1, 3).reshape(mixed.size(0), mixed.size(2), dim));
    }

    private Tensor heads(Tensor projected) {
        return projected
                .reshape(projected.size(0), projected.size(1), headCount, dim / headCount)
                .permute(0, 2, 1, 3);
    }
}
