package dev.mneme.runtime.train;

import dev.mneme.runtime.evaluate.Metrics;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param step steps done
 * @param reason why it ended
 * @param validation last evaluation of the validation split; null if there was none
 * @param test evaluation of the test split; null if the run was asked to stop
 * @param testedStep step of the weights the test split was evaluated with, which the model holds now: the best one where
 *     {@code patience} is set and checkpoints are kept, else the last one
 * @param seconds spent in training steps, those before a resumption included
 * @param peakBytes most memory the process had resident, see {@link dev.mneme.runtime.evaluate.ProcessMemory}
 */
public record TrainResult(
        long step,
        Reason reason,
        @Nullable Metrics validation,
        @Nullable Metrics test,
        long testedStep,
        double seconds,
        long peakBytes) {
    /** Why training ended. */
    public enum Reason {
        /** All steps are done. */
        FINISHED,
        /** The validation loss did not fall for {@code patience} evaluations. */
        NO_GAIN,
        /** The validation accuracy reached {@code stop_at_accuracy}. */
        TARGET_REACHED,
        /** {@link Trainer#requestStop()} was called. */
        REQUESTED
    }
}
