package dev.mneme.runtime.train;

import dev.mneme.runtime.checkpoint.Progress;
import org.jspecify.annotations.Nullable;

/**
 * The lowest validation loss of a run so far.
 *
 * @param loss null before the first evaluation
 * @param step where it was; 0 before the first evaluation
 * @param evaluationsWithoutGain evaluations since then
 */
record BestResult(@Nullable Double loss, long step, int evaluationsWithoutGain) {
    static final BestResult NONE = new BestResult(null, 0, 0);

    static BestResult of(Progress progress) {
        return new BestResult(progress.bestLoss(), progress.bestStep(), progress.evaluationsWithoutGain());
    }

    BestResult after(long evaluatedStep, double newLoss) {
        return loss == null || newLoss < loss
                ? new BestResult(newLoss, evaluatedStep, 0)
                : new BestResult(loss, step, evaluationsWithoutGain + 1);
    }
}
