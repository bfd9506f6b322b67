package dev.mneme.compressive;

import dev.mneme.nn.Initializer;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RelativeTerms;
import dev.mneme.nn.RelativeTermsSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trained vector per head and place, {@code q · P[K - 1 - δ]} with K the rows in sight, the same for all layers: what
 * lucidrains/compressive-transformer-pytorch has. While memories fill up, a distance goes through different vectors. K
 * counts the longest segment, so that a segment can be fed piece by piece.
 */
final class PlaceTerms extends RelativeTermsSource {
    private static final double STD = 0.02;

    private final int layers;
    private final int headCount;
    private final int headDim;
    private final int longest;
    private final int places;
    private final Parameter vectors;

    /**
     * Draws the table.
     *
     * @param longest tokens of the longest segment
     * @param earlier most rows of earlier segments
     */
    PlaceTerms(ModuleContext context, int layers, int headCount, int headDim, int longest, int earlier) {
        super(context);
        this.layers = layers;
        this.headCount = headCount;
        this.headDim = headDim;
        this.longest = longest;
        places = longest + earlier;
        vectors = parameter("places", Initializer.normal(STD), false, headCount, places, headDim);
    }

    @Override
    public List<RelativeTerms> of(int distances, @Nullable Tensor earlier, Pass pass) {
        TensorBackend backend = context().backend();
        long[] place = new long[distances];
        for (int column = 0; column < distances; column++) {
            place[column] = (long) longest - distances + column;
        }
        Tensor index = backend.tensor(place, Shape.of(1, distances));
        Tensor shifted = earlier == null ? index : index.add(earlier.unsqueeze(-1));
        Tensor first = backend.tensor(new long[] {0}, Shape.of(1));
        Tensor last = backend.tensor(new long[] {places - 1L}, Shape.of(1));
        Tensor inside = shifted.maximum(first).minimum(last);
        Tensor picked = vectors.value()
                .permute(1, 0, 2)
                .reshape(places, (long) headCount * headDim)
                .embedding(inside)
                .reshape(inside.size(0), distances, headCount, headDim)
                .permute(0, 2, 1, 3);
        return Collections.nCopies(layers, new RelativeTerms(null, null, picked, null));
    }
}
