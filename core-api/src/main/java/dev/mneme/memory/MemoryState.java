package dev.mneme.memory;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Everything a mechanism carries from one segment to the next: an immutable bag of named tensors. Names are dotted
 * paths such as {@code layers.3.memory.slots}; the first dimension of every tensor is the batch.
 *
 * <p>The bag does not own its tensors; they belong to scopes as all tensors do. {@link #unscoped()} and {@link #close()}
 * are for whoever keeps a state between steps.
 */
public final class MemoryState {
    private static final MemoryState EMPTY = new MemoryState(Map.of());

    private final Map<String, Tensor> tensors;

    private MemoryState(Map<String, Tensor> tensors) {
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /** The state of a mechanism that carries nothing. */
    public static MemoryState empty() {
        return EMPTY;
    }

    public static MemoryState of(Map<String, Tensor> tensors) {
        return tensors.isEmpty() ? EMPTY : new MemoryState(new LinkedHashMap<>(tensors));
    }

    /** All entries in order. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    public boolean isEmpty() {
        return tensors.isEmpty();
    }

    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /**
     * The tensor of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no state named " + name + "; there is " + tensors.keySet());
        }
        return tensor;
    }

    /** This state with one entry added or replaced. */
    public MemoryState with(String name, Tensor tensor) {
        Map<String, Tensor> changed = new LinkedHashMap<>(tensors);
        changed.put(name, tensor);
        return new MemoryState(changed);
    }

    /** Only the entries of these names. */
    public MemoryState only(Set<String> names) {
        Map<String, Tensor> kept = new LinkedHashMap<>(tensors);
        kept.keySet().retainAll(names);
        return of(kept);
    }

    /** Same values, cut off from the graph: gradients stop here. */
    public MemoryState detach() {
        return map(Tensor::detach);
    }

    /** The given batch rows, in that order; repeats fork a stream. {@code rows} is 1-D, I64. */
    public MemoryState select(Tensor rows) {
        return map(tensor -> tensor.indexSelect(0, rows));
    }

    /**
     * The rows of several states of one mechanism, one after the other; {@link #select} takes them apart again.
     *
     * @param states at least one; same names, and same shapes but for the batch
     */
    public static MemoryState concat(List<MemoryState> states) {
        MemoryState first = states.get(0);
        if (states.size() == 1) {
            return first;
        }
        Map<String, Tensor> joined = new LinkedHashMap<>();
        first.tensors.forEach((name, tensor) -> joined.put(
                name,
                tensor.backend()
                        .concat(states.stream().map(state -> state.get(name)).toList(), 0)));
        return of(joined);
    }

    /**
     * Rows that start anew take the initial state, the others keep theirs; differentiable in both.
     *
     * @param mask (batch), BOOL, true = starts anew
     * @param initial of the same shapes: an entry that grows, such as a cache, is kept at its full size and masked if rows
     *     are to start anew one by one
     */
    public MemoryState reset(Tensor mask, MemoryState initial) {
        Map<String, Tensor> result = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            long[] sizes = new long[tensor.rank()];
            Arrays.fill(sizes, 1);
            sizes[0] = mask.size(0);
            result.put(name, mask.reshape(sizes).where(initial.get(name), tensor));
        });
        return of(result);
    }

    /** Native bytes of all entries. */
    public long bytes() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.shape().elements() * tensor.dtype().bytes())
                .sum();
    }

    /** Takes all tensors out of their scopes; the caller must {@link #close()} this state. */
    public MemoryState unscoped() {
        tensors.values().forEach(Tensor::unscoped);
        return this;
    }

    /** Closes all tensors. */
    public void close() {
        tensors.values().forEach(Tensor::close);
    }

    private MemoryState map(UnaryOperator<Tensor> change) {
        Map<String, Tensor> result = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> result.put(name, change.apply(tensor)));
        return of(result);
    }

    /** Names with element types and shapes. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("MemoryState");
        tensors.forEach((name, tensor) -> {
            DType dtype = tensor.dtype();
            Shape shape = tensor.shape();
            text.append(' ').append(name).append(':').append(dtype).append(shape);
        });
        return text.toString();
    }
}
