package dev.mneme.runtime.checkpoint;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands: with the tensors beside it, all it takes to go on as if nothing had happened.
 *
 * @param step optimizer steps done
 * @param position windows of the training split consumed
 * @param randomSeed of the stream that dropout draws from
 * @param randomCounter keys taken from that stream
 * @param bestLoss lowest validation loss so far; null before the first evaluation
 * @param bestStep where it was; 0 before the first evaluation
 * @param evaluationsWithoutGain evaluations since then
 * @param carriesState whether a memory state goes on into the next window
 * @param seconds spent in training steps
 * @param engine that computed
 * @param memory name of the mechanism
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Progress(
        long step,
        long position,
        long randomSeed,
        long randomCounter,
        @Nullable Double bestLoss,
        long bestStep,
        int evaluationsWithoutGain,
        boolean carriesState,
        double seconds,
        String engine,
        String memory) {
    public Progress {
        if (step < 0 || position < 0 || randomCounter < 0 || bestStep < 0 || evaluationsWithoutGain < 0) {
            throw new IllegalArgumentException("counts must not be negative");
        }
    }
}
