package dev.mneme.runtime.train;

import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a backward pass starts from: outputs and how much the step's loss changes with each of them. */
final class Derivatives {
    private final List<Tensor> outputs = new ArrayList<>();
    private final List<@Nullable Tensor> cotangents = new ArrayList<>();

    /** Adds all losses of a segment with their shares in the step's loss. */
    void add(SegmentLoss segment) {
        if (segment.loss() != null) {
            add(segment.loss(), segment.lossWeight());
        }
        segment.auxiliary().values().forEach(loss -> add(loss, segment.auxiliaryWeight()));
    }

    private void add(Tensor loss, double weight) {
        if (loss.requiresGradient()) {
            outputs.add(loss);
            cotangents.add(weight == 1 ? null : loss.backend().full(loss.shape(), weight, loss.dtype()));
        }
    }

    /** Adds an output; one that does not depend on anything trained is left out. */
    void add(Tensor output, Tensor cotangent) {
        if (output.requiresGradient()) {
            outputs.add(output);
            cotangents.add(cotangent);
        }
    }

    List<Tensor> outputs() {
        return outputs;
    }

    /** Parallel to the outputs; null stands for 1. */
    List<@Nullable Tensor> cotangents() {
        return cotangents;
    }
}
