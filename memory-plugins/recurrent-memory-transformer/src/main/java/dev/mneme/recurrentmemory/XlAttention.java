package dev.mneme.recurrentmemory;

import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Tensor;
import java.util.List;

/**
 * The projections of an attention with relative positions (Dai et al., arXiv 1901.02860, section 3.3), without biases;
 * heads may be wider than dim / heads.
 */
final class XlAttention extends Module {
    private final int headCount;
    private final int headDim;
    private final double dropout;
    private final Linear project;
    private final Linear position;
    private final Linear output;

    XlAttention(ModuleContext context, int dim, int headCount, int headDim, double dropout) {
        super(context);
        this.headCount = headCount;
        this.headDim = headDim;
        this.dropout = dropout;
        int width = headCount * headDim;
        project = child("project", c -> new Linear(c, dim, 3 * width, false));
        position = child("position", c -> new Linear(c, dim, width, false));
        output = child("output", c -> new Linear(c, width, dim, false));
    }

    /** Queries (batch, heads, rows, headDim) with the keys and values of the same rows. */
    record Projected(Tensor queries, KeyValues keyValues) {}

    /** Projects rows (batch, rows, dim). */
    Projected project(Tensor rows) {
        List<Tensor> projected = project.forward(rows).split(-1, 3);
        return new Projected(heads(projected.get(0)), new KeyValues(heads(projected.get(1)), heads(projected.get(2))));
    }

    /** Keys and values of rows (batch, rows, dim) that ask nothing. */
    KeyValues keyValues(Tensor rows) {
        long width = (long) headCount * headDim;
        List<Tensor> projected = project.forward(rows, width, 3 * width).split(-1, 2);
        return new KeyValues(heads(projected.get(0)), heads(projected.get(1)));
    }

    /** Projects a table of distances (distances, dim) to (heads, headDim, distances). */
    Tensor positions(Tensor table) {
        return position.forward(table)
                .reshape(table.size(0), headCount, headDim)
                .permute(1, 2, 0);
    }

    /**
     * Output (batch, rows, dim).
     *
     * @param queries content bias added
     * @param attention with the position part of the scores as its bias
     */
    Tensor attend(Tensor queries, KeyValues seen, Attention attention, Pass pass) {
        if (pass.observer() != null) {
            pass.observer().observe(path(), queries.attentionWeights(seen.keys(), attention));
        }
        Attention dropped = pass.training() && dropout > 0
                ? attention.withDropout(dropout, pass.random().nextKey())
                : attention;
        Tensor mixed = queries.attention(seen.keys(), seen.values(), dropped);
        return output.forward(
                mixed.permute(0, 2, 1, 3).reshape(mixed.size(0), mixed.size(2), (long) headCount * headDim));
    }

    private Tensor heads(Tensor projected) {
        return projected
                .reshape(projected.size(0), projected.size(1), headCount, headDim)
                .permute(0, 2, 1, 3);
    }
}
