package dev.mneme.infiniteformer;

import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last rows of sequences that begin with rows from before, which stand at their end, and go on with the tokens of a
 * segment, of which some may be padding.
 */
final class LastRows {
    private final int capacity;
    private final long[] counts;
    private final @Nullable Tensor index;

    private LastRows(int capacity, long[] counts, @Nullable Tensor index) {
        this.capacity = capacity;
        this.counts = counts;
        this.index = index;
    }

    /**
     * Finds them, in the caller's scope.
     *
     * @param capacity how many to keep
     * @param before rows of each batch row that are there from before
     * @param room rows before the tokens, whether or not they are there
     * @param length of the segment
     * @param valid (batch, length), row-major; null when all tokens are real
     */
    static LastRows of(
            TensorBackend backend, int capacity, long[] before, int room, int length, boolean @Nullable [] valid) {
        int batch = before.length;
        long[] counts = new long[batch];
        if (valid == null) {
            for (int row = 0; row < batch; row++) {
                counts[row] = Math.min(capacity, before[row] + length);
            }
            return new LastRows(capacity, counts, null);
        }
        int total = room + length;
        long[] index = new long[batch * capacity];
        // Behind all rows of the batch there is one of zeros.
        Arrays.fill(index, (long) batch * total);
        for (int row = 0; row < batch; row++) {
            int free = capacity;
            for (int at = total - 1; at >= 0 && free > 0; at--) {
                boolean isThere = at < room ? at >= room - before[row] : valid[row * length + at - room];
                if (isThere) {
                    index[row * capacity + --free] = (long) row * total + at;
                }
            }
            counts[row] = capacity - free;
        }
        return new LastRows(capacity, counts, backend.tensor(index, Shape.of(index.length)));
    }

    /** How many there are in each batch row. */
    long[] counts() {
        return counts;
    }

    /**
     * Them, at the end of (batch, capacity, width), zeros before.
     *
     * @param rows (batch, room + length, width), zero where a row from before is not there
     */
    Tensor of(Tensor rows) {
        TensorBackend backend = rows.backend();
        long batch = rows.size(0);
        long total = rows.size(1);
        long width = rows.size(2);
        if (index != null) {
            Tensor zero = backend.zeros(Shape.of(1, width), rows.dtype());
            return backend.concat(List.of(rows.reshape(batch * total, width), zero), 0)
                    .indexSelect(0, index)
                    .reshape(batch, capacity, width);
        }
        if (total >= capacity) {
            return rows.slice(1, total - capacity, total);
        }
        return backend.concat(List.of(backend.zeros(Shape.of(batch, capacity - total, width), rows.dtype()), rows), 1);
    }
}
