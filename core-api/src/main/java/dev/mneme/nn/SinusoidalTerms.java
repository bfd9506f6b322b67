package dev.mneme.nn;

import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The terms of Transformer-XL (Dai et al., arXiv 1901.02860): {@code p(δ) = W_R R(δ)} with sines and cosines R and one
 * projection W_R a layer, and the two learned biases u and v.
 */
public final class SinusoidalTerms extends RelativeTermsSource {
    private static final double BIAS_STD = 0.02;

    private final int dim;
    private final int headCount;
    private final int headDim;
    private final int clamp;
    private final double dropout;
    private final List<Linear> projections = new ArrayList<>();
    private final List<Parameter> contentBiases = new ArrayList<>();
    private final List<Parameter> positionBiases = new ArrayList<>();

    /**
     * Draws W_R, u and v.
     *
     * @param dim of R, even
     * @param sharedBiases whether all layers have the same u and v
     * @param clamp distances beyond this one count as this one, outside of training; 0 = no limit
     * @param dropout of R
     */
    public SinusoidalTerms(
            ModuleContext context,
            int layers,
            int dim,
            int headCount,
            int headDim,
            boolean sharedBiases,
            int clamp,
            double dropout) {
        super(context);
        this.dim = dim;
        this.headCount = headCount;
        this.headDim = headDim;
        this.clamp = clamp;
        this.dropout = dropout;
        for (int layer = 0; layer < layers; layer++) {
            projections.add(
                    child("layers." + layer + ".position", c -> new Linear(c, dim, headCount * headDim, false)));
        }
        for (int layer = 0; layer < (sharedBiases ? 1 : layers); layer++) {
            String prefix = sharedBiases ? "" : "layers." + layer + ".";
            contentBiases.add(bias(prefix + "content_bias"));
            positionBiases.add(bias(prefix + "position_bias"));
        }
    }

    private Parameter bias(String name) {
        return parameter(name, Initializer.normal(BIAS_STD), false, headCount, headDim);
    }

    @Override
    public List<RelativeTerms> of(int distances, @Nullable Tensor earlier, Pass pass) {
        Tensor table = pass.dropout(table(distances, pass), dropout);
        List<RelativeTerms> terms = new ArrayList<>();
        for (int layer = 0; layer < projections.size(); layer++) {
            int own = contentBiases.size() == 1 ? 0 : layer;
            Tensor positions = projections
                    .get(layer)
                    .forward(table)
                    .reshape(distances, headCount, headDim)
                    .permute(1, 0, 2);
            terms.add(new RelativeTerms(
                    contentBiases.get(own).value(), positionBiases.get(own).value(), positions, null));
        }
        return terms;
    }

    private Tensor table(int distances, Pass pass) {
        boolean clamped = clamp > 0 && clamp < distances - 1 && !pass.training();
        Tensor table =
                RelativePositions.table(context().backend(), context().dtype(), clamped ? clamp : distances - 1, dim);
        if (!clamped) {
            return table;
        }
        long beyond = distances - 1L - clamp;
        Tensor farthest = table.slice(0, 0, 1).expand(Shape.of(beyond, dim));
        return context().backend().concat(List.of(farthest, table), 0);
    }
}
