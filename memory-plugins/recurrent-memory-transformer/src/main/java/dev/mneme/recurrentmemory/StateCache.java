package dev.mneme.recurrentmemory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.StateSchema;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Transformer-XL cache in the state: the last C rows that entered each block and that left the last one. Always C
 * rows, filled from the end, with a mask of those that are there: so streams of one batch may start at different times.
 *
 * @param layers blocks n
 * @param length rows C
 */
record StateCache(int layers, int length) {
    /** State entry (batch, C), BOOL: true = the row is there and came from a real token or a memory row. */
    static final String FILLED = "cache_filled";

    /** State entry (batch, C, dim) of what entered this block; {@code layer} = n for what left the last one. */
    static String name(int layer) {
        return "cache_" + layer;
    }

    List<StateSchema.Entry> entries(int dim, DType dtype) {
        List<StateSchema.Entry> entries = new ArrayList<>();
        for (int layer = 0; layer <= layers; layer++) {
            entries.add(new StateSchema.Entry(name(layer), dtype, Shape.of(length, dim)));
        }
        entries.add(new StateSchema.Entry(FILLED, DType.BOOL, Shape.of(length)));
        return entries;
    }

    Map<String, Tensor> empty(TensorBackend backend, long batch, int dim, DType dtype) {
        Map<String, Tensor> entries = new LinkedHashMap<>();
        for (int layer = 0; layer <= layers; layer++) {
            entries.put(name(layer), backend.zeros(Shape.of(batch, length, dim), dtype));
        }
        entries.put(FILLED, backend.full(Shape.of(batch, length), 0, DType.BOOL));
        return entries;
    }

    /** The entries after a segment, without gradient. */
    Map<String, Tensor> after(SegmentTrace trace, MemoryState state) {
        Tensor output = trace.output();
        Tensor there = keys(
                output.backend(), trace.valid(), output.size(0), trace.leading(), output.size(1), trace.trailing());
        // What stands in padding must not stay in the state, also where nobody looks.
        Tensor padded = trace.valid() == null ? null : there.logicalNot().unsqueeze(-1);
        Map<String, Tensor> entries = new LinkedHashMap<>();
        for (int layer = 0; layer <= layers; layer++) {
            Tensor rows = (layer < layers ? trace.layerInputs().get(layer) : output).detach();
            entries.put(
                    name(layer), lastRows(state.get(name(layer)), padded == null ? rows : rows.maskedFill(padded, 0)));
        }
        entries.put(FILLED, lastRows(state.get(FILLED), there));
        return entries;
    }

    private Tensor lastRows(Tensor old, Tensor added) {
        long count = added.size(1);
        if (count >= length) {
            return added.slice(1, count - length, count);
        }
        return added.backend().concat(List.of(old.slice(1, count, length).detach(), added), 1);
    }

    /**
     * Which rows of a sequence are real: memory rows always are.
     *
     * @param valid of the tokens, (batch, length), or null when all are
     * @param total rows of the sequence
     * @return (batch, total), BOOL
     */
    static Tensor keys(
            TensorBackend backend, @Nullable Tensor valid, long batch, long leading, long total, long trailing) {
        if (valid == null) {
            return backend.full(Shape.of(batch, total), 1, DType.BOOL);
        }
        List<Tensor> parts = new ArrayList<>();
        if (leading > 0) {
            parts.add(backend.full(Shape.of(batch, leading), 1, DType.BOOL));
        }
        parts.add(valid);
        if (trailing > 0) {
            parts.add(backend.full(Shape.of(batch, trailing), 1, DType.BOOL));
        }
        return parts.size() == 1 ? valid : backend.concat(parts, 1);
    }
}
