package dev.mneme.infiniteformer;

import dev.mneme.memory.MemoryState;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest of the rows that wait, of every layer.
 *
 * @param layers (batch, rows, dim) each, cut off from the graph; as many rows as the batch row with the most has. Empty
 *     for none
 * @param present (batch, rows), BOOL: which of them are there; null when all are
 */
record ShortTerm(List<Tensor> layers, @Nullable Tensor present) {
    static ShortTerm of(MemoryState state, Sizes sizes) {
        long[] counts = state.get(InfiniteFormerMemory.PENDING_LENGTH).toLongs();
        int rows = (int) Math.min(sizes.shortTerm(), Arrays.stream(counts).max().orElse(0));
        if (rows == 0) {
            return new ShortTerm(List.of(), null);
        }
        List<Tensor> layers = new ArrayList<>();
        for (int layer = 0; layer < sizes.layers(); layer++) {
            Tensor waiting = state.get(InfiniteFormerMemory.pending(layer));
            layers.add(waiting.slice(1, sizes.pending() - rows, sizes.pending()).detach());
        }
        if (Arrays.stream(counts).allMatch(count -> count >= rows)) {
            return new ShortTerm(layers, null);
        }
        boolean[] present = new boolean[counts.length * rows];
        for (int row = 0; row < counts.length; row++) {
            int there = (int) Math.min(rows, counts[row]);
            Arrays.fill(present, (row + 1) * rows - there, (row + 1) * rows, true);
        }
        TensorBackend backend = layers.get(0).backend();
        return new ShortTerm(layers, backend.tensor(present, Shape.of(counts.length, rows)));
    }

    /** How many rows. */
    long count() {
        return layers.isEmpty() ? 0 : layers.get(0).size(1);
    }

    /** Those of one layer, or null if there are none. */
    @Nullable Tensor rows(int layer) {
        return layers.isEmpty() ? null : layers.get(layer);
    }

    /**
     * Causal attention over them and the tokens behind them.
     *
     * @param length tokens so far
     * @param valid (batch, length), BOOL, or null when all are real
     */
    Attention attention(long length, @Nullable Tensor valid) {
        Tensor some = present == null ? valid : present;
        if (some == null) {
            return Attention.CAUSAL;
        }
        TensorBackend backend = some.backend();
        long batch = some.size(0);
        List<Tensor> parts = new ArrayList<>();
        if (!layers.isEmpty()) {
            parts.add(present != null ? present : all(backend, batch, count()));
        }
        parts.add(valid != null ? valid : all(backend, batch, length));
        Tensor keys = backend.concat(parts, 1);
        return Attention.CAUSAL.withMask(keys.reshape(batch, 1, 1, keys.size(1)));
    }

    private static Tensor all(TensorBackend backend, long batch, long rows) {
        return backend.full(Shape.of(batch, rows), 1, DType.BOOL);
    }

    /** Takes everything out of its scope; the caller closes it. */
    ShortTerm unscoped() {
        layers.forEach(Tensor::unscoped);
        if (present != null) {
            present.unscoped();
        }
        return this;
    }

    void close() {
        layers.forEach(Tensor::close);
        if (present != null) {
            present.close();
        }
    }
}
