package dev.mneme.runtime.train;

import dev.mneme.memory.MemoryState;
import org.jspecify.annotations.Nullable;

/** A scheme of back-propagation through time: in which order the segments of a window run forward and backward. */
interface BackPropagation {
    /**
     * Runs every segment of a window forward and every loss backward.
     *
     * @param window what to run; takes the gradients
     * @param carried state from the window before, cut off from the graph; null at the start of streams
     * @return the state after the window, cut off from the graph, in the caller's scope
     */
    MemoryState run(WindowPass window, @Nullable MemoryState carried);

    /** The scheme of a configuration. */
    static BackPropagation of(TrainConfig config) {
        return switch (config.bptt()) {
            case FULL -> new FullBackPropagation();
            case REPLAY -> new ReplayBackPropagation(ReplayBackPropagation.FirstPass.MEMORY_PATH);
            case CHECKPOINT -> new ReplayBackPropagation(ReplayBackPropagation.FirstPass.EVERYTHING);
            case TRUNCATED -> new TruncatedBackPropagation(config.bpttSegments());
        };
    }
}
