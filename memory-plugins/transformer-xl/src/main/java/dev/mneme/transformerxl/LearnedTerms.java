package dev.mneme.transformerxl;

import dev.mneme.nn.Initializer;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RelativeTerms;
import dev.mneme.nn.RelativeTermsSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trained vector T and number c per layer, head and distance, and a content bias per layer:
 * {@code (q + u) · k + q · T_δ + c_δ} (the official code's {@code attn_type 1}, after Shaw et al., arXiv 1803.02155).
 */
final class LearnedTerms extends RelativeTermsSource {
    private static final double STD = 0.02;

    private final int known;
    private final int clamp;
    private final double dropout;
    private final List<Parameter> vectors = new ArrayList<>();
    private final List<Parameter> numbers = new ArrayList<>();
    private final List<Parameter> contentBiases = new ArrayList<>();

    /**
     * Draws the tables.
     *
     * @param known distances in the tables; farther ones count as the last of them
     * @param clamp distances beyond this one count as this one, outside of training; 0 = no limit
     * @param dropout of T
     */
    LearnedTerms(ModuleContext context, int layers, int headCount, int headDim, int known, int clamp, double dropout) {
        super(context);
        this.known = known;
        this.clamp = clamp;
        this.dropout = dropout;
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "layers." + layer + ".";
            vectors.add(parameter(prefix + "distances", Initializer.normal(STD), false, known, headCount, headDim));
            numbers.add(parameter(prefix + "offsets", Initializer.normal(STD), false, known, headCount));
            contentBiases.add(parameter(prefix + "content_bias", Initializer.normal(STD), false, headCount, headDim));
        }
    }

    @Override
    public List<RelativeTerms> of(int distances, @Nullable Tensor earlier, Pass pass) {
        int farthest = clamp > 0 && !pass.training() ? Math.min(clamp, known - 1) : known - 1;
        long[] rows = new long[distances];
        for (int column = 0; column < distances; column++) {
            rows[column] = Math.min(distances - 1 - column, farthest);
        }
        Tensor index = context().backend().tensor(rows, Shape.of(distances));
        List<RelativeTerms> terms = new ArrayList<>();
        for (int layer = 0; layer < vectors.size(); layer++) {
            Tensor vector = pass.dropout(vectors.get(layer).value().indexSelect(0, index), dropout);
            terms.add(new RelativeTerms(
                    contentBiases.get(layer).value(),
                    null,
                    vector.permute(1, 0, 2),
                    numbers.get(layer).value().indexSelect(0, index).permute(1, 0)));
        }
        return terms;
    }
}
