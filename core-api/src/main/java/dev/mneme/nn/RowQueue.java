package dev.mneme.nn;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.List;

/**
 * Rows kept from segment to segment in tensors of constant size, each stream filling its own from the end: so streams of
 * one batch may start at different times, and a state can start anew row by row.
 */
public final class RowQueue {
    private RowQueue() {}

    /**
     * Which places hold a row.
     *
     * @param counts rows each stream has, (batch), I64
     * @param capacity places C
     * @return (batch, C), BOOL: the last ones
     */
    public static Tensor filled(Tensor counts, int capacity) {
        TensorBackend backend = counts.backend();
        Tensor fromTheEnd = backend.tensor(descending(capacity), Shape.of(1, capacity));
        return fromTheEnd.le(counts.unsqueeze(-1));
    }

    private static long[] descending(int capacity) {
        long[] places = new long[capacity];
        for (int i = 0; i < capacity; i++) {
            places[i] = capacity - i;
        }
        return places;
    }

    /** Counts (batch), I64, but at most this many. */
    public static Tensor atMost(Tensor counts, long most) {
        Tensor limit = counts.backend().tensor(new long[] {most}, Shape.of(1));
        return counts.minimum(limit);
    }

    /**
     * Rows each stream picks for itself.
     *
     * @param rows (batch, N, dim)
     * @param index (batch, T), I64
     * @return (batch, T, dim)
     */
    public static Tensor pick(Tensor rows, Tensor index) {
        long batch = rows.size(0);
        long count = rows.size(1);
        long[] first = new long[Math.toIntExact(batch)];
        for (int i = 0; i < first.length; i++) {
            first[i] = i * count;
        }
        Tensor offsets = rows.backend().tensor(first, Shape.of(batch, 1));
        return rows.reshape(batch * count, rows.size(2)).embedding(index.add(offsets));
    }

    /**
     * Indices that put valid rows first and keep their order.
     *
     * @param valid (batch, N), BOOL
     * @return (batch, N), I64
     */
    public static Tensor validFirst(Tensor valid) {
        int count = Math.toIntExact(valid.size(1));
        Tensor order =
                valid.backend().tensor(descending(count), Shape.of(1, count)).to(DType.F64);
        // Distinct keys: valid rows above all others, earlier ones above later ones.
        return valid.to(DType.F64).mul(count).add(order).sortDescending(-1).indices();
    }

    /**
     * Which rows stay when valid ones are added behind a queue.
     *
     * @param capacity places C of the queue
     * @param valid of the N rows added, (batch, N), BOOL
     * @return indices (batch, C), I64, into the C old rows and the N added ones
     */
    public static Tensor newest(int capacity, Tensor valid) {
        TensorBackend backend = valid.backend();
        long batch = valid.size(0);
        Tensor old = backend.arange(0, capacity).unsqueeze(0);
        Tensor shift = backend.tensor(new long[] {capacity}, Shape.of(1));
        Tensor order = backend.concat(
                List.of(old.expand(Shape.of(batch, capacity)), validFirst(valid).add(shift)), 1);
        return order.gather(1, old.add(valid.sum(true, 1)));
    }
}
