package dev.mneme.compressive;

import dev.mneme.nn.RowQueue;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a segment pushes out of the memory, the same for all layers. With k blocks of c rows leaving a stream, T being the
 * most that can:
 *
 * @param evicted indices (batch, T c), I64, into memory places and then the segment's rows; the first k c of a stream
 *     leave, oldest first, the others mean nothing
 * @param leaving which of them leave, (batch, T c), BOOL
 * @param blocks k, (batch), I64
 * @param staying indices (batch, places), I64, of the next memory; null = the last of all
 * @param count memory rows afterwards, (batch), I64
 */
record Overflow(
        Tensor evicted,
        Tensor leaving,
        Tensor blocks,
        @Nullable Tensor staying,
        Tensor count) {
    /**
     * Counts and indices of one segment.
     *
     * @param sizes now in force
     * @param places of the memory in the state
     * @param count memory rows before, (batch), I64
     * @param length rows L of the segment
     * @param valid (batch, L), BOOL, or null when all are
     */
    static Overflow of(Sizes sizes, int places, Tensor count, int length, @Nullable Tensor valid) {
        TensorBackend backend = count.backend();
        long batch = count.size(0);
        int rate = sizes.rate();
        int most = Math.max(0, places + length - sizes.length()) / rate;
        Tensor added = valid == null ? constant(backend, length) : valid.sum(false, 1);
        Tensor total = count.add(added);
        // A block leaves for every c rows beyond n_m.
        Tensor thresholds = backend.arange(1, most + 1L)
                .unsqueeze(0)
                .mul(constant(backend, rate).unsqueeze(0))
                .add(constant(backend, sizes.length()));
        Tensor blocks = thresholds.le(total.unsqueeze(-1)).sum(false, 1);
        Tensor rowsLeaving = blocks.mul(constant(backend, rate));
        Tensor place = backend.arange(0, (long) most * rate).unsqueeze(0);
        Tensor first = constant(backend, places).sub(count).unsqueeze(-1);
        Tensor end = constant(backend, places + length - 1L);
        Tensor evicted = place.add(first).minimum(end);
        Tensor staying = null;
        if (valid != null) {
            Tensor order = backend.concat(
                    List.of(
                            backend.arange(0, places).unsqueeze(0).expand(Shape.of(batch, places)),
                            RowQueue.validFirst(valid).add(constant(backend, places))),
                    1);
            evicted = order.gather(1, evicted);
            staying = RowQueue.newest(places, valid);
        }
        return new Overflow(evicted, place.lt(rowsLeaving.unsqueeze(-1)), blocks, staying, total.sub(rowsLeaving));
    }

    /** T, the most blocks that can leave. */
    int most(int rate) {
        return Math.toIntExact(evicted.size(1)) / rate;
    }

    /** The next memory of rows (batch, places + L, dim) that were joined. */
    Tensor staying(Tensor joined, int places) {
        long total = joined.size(1);
        return staying == null ? joined.slice(1, total - places, total) : RowQueue.pick(joined, staying);
    }

    /**
     * The next compressed rows.
     *
     * @param old (batch, n_cm, dim)
     * @param added (batch, T, dim), of which the first k of a stream are there
     */
    Tensor queued(Tensor old, Tensor added) {
        TensorBackend backend = old.backend();
        Tensor index = backend.arange(0, old.size(1)).unsqueeze(0).add(blocks.unsqueeze(-1));
        return RowQueue.pick(backend.concat(List.of(old, added), 1), index);
    }

    private static Tensor constant(TensorBackend backend, long value) {
        return backend.tensor(new long[] {value}, Shape.of(1));
    }
}
