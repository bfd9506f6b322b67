package dev.mneme.runtime.train;

import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.task.Split;
import java.nio.file.Path;
import java.util.List;

/**
 * Several listeners as one.
 *
 * @param all told in this order
 */
record TrainListeners(List<TrainListener> all) implements TrainListener {
    TrainListeners {
        all = List.copyOf(all);
    }

    @Override
    public void started(long step, long steps) {
        all.forEach(listener -> listener.started(step, steps));
    }

    @Override
    public void stepped(StepReport report) {
        all.forEach(listener -> listener.stepped(report));
    }

    @Override
    public void evaluated(long step, Split split, Metrics metrics, boolean isBest) {
        all.forEach(listener -> listener.evaluated(step, split, metrics, isBest));
    }

    @Override
    public void checkpointSaved(long step, Path folder) {
        all.forEach(listener -> listener.checkpointSaved(step, folder));
    }
}
