package dev.mneme.runtime.train;

import dev.mneme.memory.MemoryState;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gradients cross a fixed number of segments. Every such group runs forward and backward before the next one starts, so
 * that the graph of one group at a time is in memory.
 */
final class TruncatedBackPropagation implements BackPropagation {
    private final int segments;

    /**
     * Makes the scheme.
     *
     * @param segments of a group, at least 1
     */
    TruncatedBackPropagation(int segments) {
        this.segments = segments;
    }

    @Override
    public MemoryState run(WindowPass window, @Nullable MemoryState carried) {
        MemoryState state = carried;
        for (int first = 0; first < window.segments(); first += segments) {
            state = group(window, first, Math.min(window.segments(), first + segments), state);
        }
        return Objects.requireNonNull(state);
    }

    private static MemoryState group(WindowPass window, int first, int end, @Nullable MemoryState before) {
        try (TensorScope scope = window.scope()) {
            MemoryState state = before;
            List<SegmentLoss> losses = new ArrayList<>();
            for (int segment = first; segment < end; segment++) {
                SegmentLoss loss = window.forward(segment, state);
                window.note(segment, loss);
                losses.add(loss);
                state = loss.next();
            }
            window.backward(losses);
            MemoryState after = Objects.requireNonNull(state).detach();
            after.tensors().values().forEach(scope::keep);
            return after;
        }
    }
}
