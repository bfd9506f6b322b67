package dev.mneme.memory;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The entries of a mechanism's state and their bounds: what is saved, and how large it can grow.
 *
 * @param entries empty for a mechanism that carries nothing between segments
 */
public record StateSchema(List<Entry> entries) {
    /**
     * One named tensor.
     *
     * @param name dotted path
     * @param dtype element type
     * @param bound largest shape of one batch row; the tensor's shape is (batch, at most these sizes)
     */
    public record Entry(String name, DType dtype, Shape bound) {}

    public StateSchema {
        entries = List.copyOf(entries);
    }

    public static StateSchema empty() {
        return new StateSchema(List.of());
    }

    public static StateSchema of(Entry... entries) {
        return new StateSchema(List.of(entries));
    }

    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        entries.forEach(entry -> names.add(entry.name()));
        return names;
    }

    /** Largest number of bytes of a state of this many rows. */
    public long boundBytes(long batch) {
        return batch
                * entries.stream()
                        .mapToLong(entry ->
                                entry.bound().elements() * entry.dtype().bytes())
                        .sum();
    }

    /**
     * Checks names, element types, batch size and bounds.
     *
     * @throws MnemeException ({@link ErrorCode#PLUGIN_MISBEHAVED}) naming the entry that does not fit
     */
    public void check(MemoryState state, long batch) {
        if (!state.tensors().keySet().equals(names())) {
            throw new MnemeException(
                    ErrorCode.PLUGIN_MISBEHAVED,
                    "state has entries " + state.tensors().keySet() + ", its schema says " + names());
        }
        for (Entry entry : entries) {
            var tensor = state.get(entry.name());
            boolean fits = tensor.dtype() == entry.dtype()
                    && tensor.rank() == entry.bound().rank() + 1
                    && tensor.size(0) == batch;
            for (int i = 0; fits && i < entry.bound().rank(); i++) {
                fits = tensor.size(i + 1) <= entry.bound().size(i);
            }
            if (!fits) {
                throw new MnemeException(
                        ErrorCode.PLUGIN_MISBEHAVED,
                        "state entry " + entry.name() + ": expected " + entry.dtype() + " of batch " + batch
                                + " and at most " + entry.bound() + " a row, got " + tensor.dtype() + tensor.shape());
            }
        }
    }
}
