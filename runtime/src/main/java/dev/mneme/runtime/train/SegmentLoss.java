package dev.mneme.runtime.train;

import dev.mneme.memory.MemoryState;
import dev.mneme.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass of one segment.
 *
 * @param loss mean cross entropy over the segment's scored labels; null if it has none
 * @param lossWeight share of this loss in the step's loss
 * @param auxiliary losses of the mechanism by name, always in the same order
 * @param auxiliaryWeight share of each of them
 * @param next state after the segment
 */
record SegmentLoss(
        @Nullable Tensor loss,
        double lossWeight,
        Map<String, Tensor> auxiliary,
        double auxiliaryWeight,
        MemoryState next) {}
