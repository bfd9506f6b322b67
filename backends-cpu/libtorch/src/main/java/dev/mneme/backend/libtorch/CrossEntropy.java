package dev.mneme.backend.libtorch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** LibTorch's cross entropy, extended to any negative target and to batches without a target. */
final class CrossEntropy {
    private static final int REDUCE_BY_SUM = 2;
    private static final long IGNORED = -1;

    private CrossEntropy() {}

    static Tensor apply(Tensor logits, Tensor targets, double labelSmoothing) {
        try (Tensor labels = Constants.withScalar(IGNORED, targets::clamp_min);
                Tensor sum = torch.cross_entropy_loss(
                        logits, labels, Constants.NO_TENSOR, REDUCE_BY_SUM, IGNORED, labelSmoothing);
                Tensor isCounted = Constants.withScalar(0L, targets::ge);
                Tensor counted = isCounted.sum();
                Tensor divisor = Constants.withScalar(1L, counted::clamp_min)) {
            return sum.div(divisor);
        }
    }
}
