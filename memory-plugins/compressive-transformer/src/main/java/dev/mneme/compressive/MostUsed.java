package dev.mneme.compressive;

import dev.mneme.nn.RowQueue;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;

/** Keeps, of the rows that leave a stream, the one in c that were used most; among equals the older; in their order. */
final class MostUsed {
    private MostUsed() {}

    /**
     * Indices of the rows that are kept.
     *
     * @param use of the rows, (batch, N), oldest first
     * @param leaving which rows there are, (batch, N), BOOL
     * @param blocks how many are kept, k, (batch), I64
     * @param most largest k
     * @return (batch, most), I64; the first k of a stream are its rows in order
     */
    static Tensor kept(Tensor use, Tensor leaving, Tensor blocks, int most) {
        TensorBackend backend = use.backend();
        long count = use.size(1);
        Tensor place = backend.arange(0, count);
        Tensor older = place.unsqueeze(0).lt(place.unsqueeze(1));
        Tensor own = use.unsqueeze(2);
        Tensor other = use.unsqueeze(1);
        Tensor ahead = other.gt(own).logicalOr(other.eq(own).logicalAnd(older)).logicalAnd(leaving.unsqueeze(1));
        Tensor rank = ahead.to(DType.I64).sum(false, 2);
        Tensor chosen = rank.lt(blocks.unsqueeze(-1)).logicalAnd(leaving);
        return RowQueue.validFirst(chosen).slice(1, 0, most);
    }
}
