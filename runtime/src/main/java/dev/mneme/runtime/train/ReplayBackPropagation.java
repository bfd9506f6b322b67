package dev.mneme.runtime.train;

import dev.mneme.memory.MemoryState;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Memory replay back-propagation (Wu et al., Memformer, arXiv 2010.06891, algorithm 1): the memory path of all segments
 * forward without a graph, keeping the states between them, then the segments again from the last to the first, each from
 * its kept state, the gradient of which is handed on to the segment before. The gradients are those of
 * {@link FullBackPropagation}; in memory is the graph of one segment at a time.
 */
final class ReplayBackPropagation implements BackPropagation {
    /** What runs before the replay. */
    enum FirstPass {
        /** The memory path of all segments but the last, whose next state comes from its replay. */
        MEMORY_PATH,
        /** Everything, outputs and losses included, as in gradient checkpointing that knows nothing of memories. */
        EVERYTHING
    }

    /** What a segment starts from. */
    private record Start(@Nullable MemoryState state, RandomSource keys) {}

    /** What the replay of a segment leaves: its next state and, by name, the gradients of the state before it. */
    private record Replayed(MemoryState next, Map<String, Tensor> gradients) {}

    private final FirstPass firstPass;

    ReplayBackPropagation(FirstPass firstPass) {
        this.firstPass = firstPass;
    }

    @Override
    public MemoryState run(WindowPass window, @Nullable MemoryState carried) {
        List<Start> starts = forward(window, carried);
        int last = window.segments() - 1;
        Replayed replayed = replay(window, last, starts.get(last), Map.of());
        MemoryState after = replayed.next();
        for (int segment = last - 1; segment >= 0; segment--) {
            replayed = replay(window, segment, starts.get(segment), replayed.gradients());
        }
        return after;
    }

    private List<Start> forward(WindowPass window, @Nullable MemoryState carried) {
        List<Start> starts = new ArrayList<>();
        int last = window.segments() - 1;
        MemoryState state = carried;
        try (GradientMode off = window.noGradient()) {
            for (int segment = 0; segment <= last; segment++) {
                RandomSource keys = window.segmentKeys();
                starts.add(new Start(state, keys.copy()));
                if (firstPass == FirstPass.EVERYTHING) {
                    state = everything(window, segment, state, keys);
                } else if (segment < last) {
                    state = window.advance(segment, state, keys);
                }
            }
        }
        return starts;
    }

    private static MemoryState everything(
            WindowPass window, int segment, @Nullable MemoryState state, RandomSource keys) {
        try (TensorScope scope = window.scope()) {
            MemoryState next = window.forward(segment, state, keys).next();
            next.tensors().values().forEach(scope::keep);
            return next;
        }
    }

    /**
     * Runs a segment again, forward and backward.
     *
     * @param cotangents gradients of the entries of the state after the segment; none after the last one
     */
    private static Replayed replay(WindowPass window, int segment, Start start, Map<String, Tensor> cotangents) {
        try (TensorScope scope = window.scope()) {
            Map<String, Tensor> leaves = new LinkedHashMap<>();
            SegmentLoss loss = window.forward(segment, leaf(start.state(), leaves), start.keys());
            window.note(segment, loss);
            Derivatives derivatives = new Derivatives();
            derivatives.add(loss);
            cotangents.forEach((name, cotangent) -> derivatives.add(loss.next().get(name), cotangent));
            List<Tensor> gradients = window.backward(derivatives, List.copyOf(leaves.values()));
            Map<String, Tensor> before = new LinkedHashMap<>();
            for (String name : leaves.keySet()) {
                before.put(name, scope.keep(gradients.get(before.size())));
            }
            MemoryState next = loss.next().detach();
            next.tensors().values().forEach(scope::keep);
            return new Replayed(next, before);
        }
    }

    /** The state with its floating entries as leaves. */
    private static @Nullable MemoryState leaf(@Nullable MemoryState state, Map<String, Tensor> leaves) {
        if (state == null) {
            return null;
        }
        MemoryState result = state;
        for (Map.Entry<String, Tensor> entry : state.tensors().entrySet()) {
            if (entry.getValue().dtype().isFloating()) {
                Tensor leaf = entry.getValue().variable();
                leaves.put(entry.getKey(), leaf);
                result = result.with(entry.getKey(), leaf);
            }
        }
        return result;
    }
}
