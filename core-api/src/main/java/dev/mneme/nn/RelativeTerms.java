package dev.mneme.nn;

import dev.mneme.tensor.Tensor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one layer's attention scores know of distances: {@code s_ij = ((q_i + u) · k_j + (q_i + v) · p(δ) + c(δ)) / √headDim}
 * with δ the distance from query i back to key j.
 *
 * @param contentBias u, (heads, headDim); null for none
 * @param positionBias v, (heads, headDim); null for none
 * @param positions p of the distances D-1 .. 0, (heads, D, headDim), or (batch, heads, D, headDim) where streams differ
 * @param offsets c of the same distances, (heads, D); null for none
 */
public record RelativeTerms(
        @Nullable Tensor contentBias,
        @Nullable Tensor positionBias,
        Tensor positions,
        @Nullable Tensor offsets) {
    /** Takes what was computed for a segment out of its scope; parameters are in none. */
    public void unscoped() {
        Stream.of(positions, offsets).filter(tensor -> tensor != null).forEach(Tensor::unscoped);
    }

    /** Closes {@link #positions} and {@link #offsets}. */
    public void close() {
        Stream.of(positions, offsets).filter(tensor -> tensor != null).forEach(Tensor::close);
    }
}
