package dev.mneme.runtime.train;

import dev.mneme.memory.MemoryState;
import dev.mneme.tensor.Tensor;
import java.util.List;
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
public record SegmentLoss(
        @Nullable Tensor loss,
        double lossWeight,
        Map<String, Tensor> auxiliary,
        double auxiliaryWeight,
        MemoryState next) {
    /** Appends everything that is differentiated, with its share as cotangent. */
    void appendTo(List<Tensor> outputs, List<@Nullable Tensor> cotangents) {
        if (loss != null) {
            append(loss, lossWeight, outputs, cotangents);
        }
        auxiliary.values().forEach(each -> append(each, auxiliaryWeight, outputs, cotangents));
    }

    private static void append(
            Tensor loss, double weight, List<Tensor> outputs, List<@Nullable Tensor> cotangents) {
        if (!loss.requiresGradient()) {
            return; // A constant, such as the zero of a mechanism that had nothing to punish.
        }
        outputs.add(loss);
        cotangents.add(weight == 1 ? null : loss.backend().full(loss.shape(), weight, loss.dtype()));
    }
}
