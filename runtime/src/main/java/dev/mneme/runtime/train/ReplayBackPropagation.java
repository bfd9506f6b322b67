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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Memory replay back-propagation (Wu et al., Memformer, arXiv 2010.06891, algorithm 1): all segments forward without a
 * graph, keeping the states between them, then the segments again from the last to the first, each from its kept state,
 * the gradient of which is handed on to the segment before. The gradients are those of {@link FullBackPropagation} and
 * the graph of one segment at a time is in memory, for a second forward pass.
 */
final class ReplayBackPropagation implements BackPropagation {
    /** What a segment starts from. */
    private record Start(@Nullable MemoryState state, RandomSource keys) {}

    @Override
    public MemoryState run(WindowPass window, @Nullable MemoryState carried) {
        List<Start> starts = new ArrayList<>();
        MemoryState after = forward(window, carried, starts);
        Map<String, Tensor> cotangents = Map.of();
        for (int segment = window.segments() - 1; segment >= 0; segment--) {
            cotangents = replay(window, segment, starts.get(segment), cotangents);
        }
        return after;
    }

    private static MemoryState forward(WindowPass window, @Nullable MemoryState carried, List<Start> starts) {
        try (GradientMode off = window.noGradient()) {
            SegmentLoss loss = null;
            for (int segment = 0; segment < window.segments(); segment++) {
                MemoryState state = loss == null ? carried : loss.next();
                starts.add(new Start(state, window.random().copy()));
                loss = window.forward(segment, state);
                window.note(loss);
            }
            return Objects.requireNonNull(loss).next().detach();
        }
    }

    /**
     * Runs a segment again, forward and backward.
     *
     * @param cotangents gradients of the entries of the state after the segment; none after the last one
     * @return gradients of the entries of the state before it
     */
    private static Map<String, Tensor> replay(
            WindowPass window, int segment, Start start, Map<String, Tensor> cotangents) {
        try (TensorScope scope = window.scope()) {
            Map<String, Tensor> leaves = new LinkedHashMap<>();
            SegmentLoss loss = window.forward(segment, leaf(start.state(), leaves), start.keys());
            Derivatives derivatives = new Derivatives();
            derivatives.add(loss);
            cotangents.forEach((name, cotangent) -> derivatives.add(loss.next().get(name), cotangent));
            List<Tensor> gradients = window.backward(derivatives, List.copyOf(leaves.values()));
            Map<String, Tensor> before = new LinkedHashMap<>();
            for (String name : leaves.keySet()) {
                before.put(name, scope.keep(gradients.get(before.size())));
            }
            return before;
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
