package dev.mneme.infiniteformer;

import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.StateSchema;
import dev.mneme.memory.StateSchema.Entry;
import dev.mneme.nn.ModuleContext;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Of each layer the signal and the rows that wait to be written, of sticky memories also where the last segment's queries
 * looked. Everything has its full size from the start, and counters say how much of it is in use, row by row: streams of
 * one batch may start and pause at different times. What waits stands at the end of its entry.
 */
final class InfiniteFormerMemory implements Memory {
    /** Tokens in the signal, (batch), I64; 0 = there is none yet. */
    static final String SIGNAL_TOKENS = "signal_tokens";
    /** Rows that wait to be written, (batch), I64. */
    static final String PENDING_LENGTH = "pending_length";
    /** Tokens of the last segment, (batch), I64. */
    static final String LAST_LENGTH = "last_length";

    private final ModuleContext context;
    private final Sizes sizes;
    private final InfiniteFormerConfig config;
    private final int basis;
    private final boolean sticky;

    InfiniteFormerMemory(ModuleContext context, Sizes sizes, InfiniteFormerConfig config) {
        this.context = context;
        this.sizes = sizes;
        this.config = config;
        this.basis = config.basis();
        this.sticky = config.sticky();
    }

    /** Coefficients B, (batch, N, dim). */
    static String signal(int layer) {
        return "layers." + layer + ".signal";
    }

    /** Rows that wait, (batch, pending rows, dim), those that do not exist 0. */
    static String pending(int layer) {
        return "layers." + layer + ".pending";
    }

    /**
     * Means of the last segment's reads, (batch, heads times longest segment), head by head; 0 where there was none. A
     * head's reads stand at the end of its part.
     */
    static String readMean(int layer) {
        return "layers." + layer + ".read_mean";
    }

    /** Their standard deviations. */
    static String readDeviation(int layer) {
        return "layers." + layer + ".read_deviation";
    }

    @Override
    public StateSchema schema() {
        List<Entry> entries = new ArrayList<>();
        for (int layer = 0; layer < sizes.layers(); layer++) {
            entries.add(new Entry(signal(layer), context.dtype(), Shape.of(basis, sizes.dim())));
            entries.add(new Entry(pending(layer), context.dtype(), Shape.of(sizes.pending(), sizes.dim())));
            if (sticky) {
                Shape reads = Shape.of((long) sizes.heads() * sizes.longest());
                entries.add(new Entry(readMean(layer), context.dtype(), reads));
                entries.add(new Entry(readDeviation(layer), context.dtype(), reads));
            }
        }
        for (String counter : List.of(SIGNAL_TOKENS, PENDING_LENGTH, LAST_LENGTH)) {
            entries.add(new Entry(counter, DType.I64, Shape.scalar()));
        }
        return new StateSchema(entries);
    }

    @Override
    public MemoryState initialState(long batch) {
        TensorBackend backend = context.backend();
        Map<String, Tensor> entries = new LinkedHashMap<>();
        for (Entry entry : schema().entries()) {
            Shape shape = entry.bound().inserting(0, batch);
            entries.put(entry.name(), backend.zeros(shape, entry.dtype()));
        }
        return MemoryState.of(entries);
    }

    @Override
    public List<MemoryView> views(Observation observation) {
        return SignalViews.of(observation, config);
    }
}
