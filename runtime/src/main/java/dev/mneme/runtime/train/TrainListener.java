package dev.mneme.runtime.train;

import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.task.Split;
import java.nio.file.Path;
import java.util.List;

/** Is told how training goes, on the thread that trains. What it throws ends the run. */
public interface TrainListener {
    /** Listens to nothing. */
    TrainListener NONE = new TrainListener() {};

    /** Several listeners as one, told in this order. */
    static TrainListener all(TrainListener... listeners) {
        return new TrainListeners(List.of(listeners));
    }

    /**
     * Training starts.
     *
     * @param step steps done before; above 0 when a run is resumed
     * @param steps of the whole run
     */
    default void started(long step, long steps) {}

    default void stepped(StepReport report) {}

    /**
     * A split was evaluated.
     *
     * @param isBest whether this is the lowest validation loss so far
     */
    default void evaluated(long step, Split split, Metrics metrics, boolean isBest) {}

    default void checkpointSaved(long step, Path folder) {}
}
