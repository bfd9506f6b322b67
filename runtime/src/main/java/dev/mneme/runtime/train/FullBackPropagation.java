package dev.mneme.runtime.train;

import dev.mneme.memory.MemoryState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gradients cross all segments of a window: all segments forward, then one backward pass. */
final class FullBackPropagation implements BackPropagation {
    @Override
    public MemoryState run(WindowPass window, @Nullable MemoryState carried) {
        MemoryState state = carried;
        List<SegmentLoss> losses = new ArrayList<>();
        for (int segment = 0; segment < window.segments(); segment++) {
            SegmentLoss loss = window.forward(segment, state);
            window.note(segment, loss);
            losses.add(loss);
            state = loss.next();
        }
        window.backward(losses);
        return losses.get(losses.size() - 1).next().detach();
    }
}
