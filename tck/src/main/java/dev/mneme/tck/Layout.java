package dev.mneme.tck;

import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/** How an operand lies in memory: kernels must give the same answer for views as for dense tensors. */
enum Layout {
    DENSE,
    /** A transposed view of a transposed copy. */
    PERMUTED,
    /** The middle of a larger tensor. */
    SLICED,
    /** The first slice of the first dimension, repeated without copying. */
    EXPANDED;

    /** The same values in this layout; with {@link #EXPANDED} those of the first slice everywhere. */
    Tensor lay(Tensor dense) {
        if (dense.rank() == 0) {
            return dense;
        }
        return switch (this) {
            case DENSE -> dense;
            case PERMUTED -> permuted(dense);
            case SLICED -> sliced(dense);
            case EXPANDED -> dense.size(0) == 0 ? dense : dense.slice(0, 0, 1).expand(dense.shape());
        };
    }

    private static Tensor permuted(Tensor dense) {
        int rank = dense.rank();
        int[] reversed = IntStream.range(0, rank).map(i -> rank - 1 - i).toArray();
        long[] sizes = IntStream.of(reversed).mapToLong(dense::size).toArray();
        // concat copies, so that the transposed elements really lie in exchanged order.
        Tensor copy = dense.backend().concat(List.of(dense.permute(reversed)), 0);
        return copy.reshape(sizes).permute(reversed);
    }

    private static Tensor sliced(Tensor dense) {
        Shape shape = dense.shape();
        int last = shape.rank() - 1;
        Tensor padding = dense.backend().full(shape.with(last, 2), 1, dense.dtype());
        Tensor larger = dense.backend().concat(List.of(padding, dense, padding), last);
        return larger.slice(last, 2, 2 + shape.size(last));
    }
}
