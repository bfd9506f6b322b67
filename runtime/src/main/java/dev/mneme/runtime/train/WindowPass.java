package dev.mneme.runtime.train;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Window;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One window on its way through a model: what a {@link BackPropagation} scheme is made of. Weights are such that the
 * step's loss is the mean over all scored labels of all its windows, plus the mean of the auxiliary losses over all
 * segments.
 */
public final class WindowPass {
    private final Model model;
    private final Window window;
    private final Pass pass;
    private final double labelSmoothing;
    private final StepSize size;
    private final GradientSum gradients;
    private final LossRecord record;

    WindowPass(
            Model model,
            Window window,
            Pass pass,
            double labelSmoothing,
            StepSize size,
            GradientSum gradients,
            LossRecord record) {
        this.model = model;
        this.window = window;
        this.pass = pass;
        this.labelSmoothing = labelSmoothing;
        this.size = size;
        this.gradients = gradients;
        this.record = record;
    }

    /** Number of segments, at least 1. */
    public int segments() {
        return window.segments().size();
    }

    /** Opens a scope on the model's engine. */
    public TensorScope scope() {
        return model.backend().scope();
    }

    /** Where gradients go; for schemes that differentiate more than losses. */
    public GradientSum gradients() {
        return gradients;
    }

    /**
     * Runs one segment with dropout.
     *
     * @param previous state after the segment before; null at the start of streams
     * @return tensors in the caller's scope
     */
    public SegmentLoss forward(int segment, @Nullable MemoryState previous) {
        SegmentBatch batch = window.segments().get(segment);
        long labels = StepSize.scoredLabels(batch);
        try (TensorScope scope = scope()) {
            StepResult result = model.run(batch, previous, pass);
            Tensor loss = labels == 0 ? null : crossEntropy(batch, result.logits());
            // Sorted, so that sums are taken in one order in every process.
            Map<String, Tensor> auxiliary = new TreeMap<>(result.losses());
            if (loss != null) {
                scope.keep(loss);
            }
            auxiliary.values().forEach(scope::keep);
            result.next().tensors().values().forEach(scope::keep);
            return new SegmentLoss(
                    loss, (double) labels / size.labels(), auxiliary, 1.0 / size.segments(), result.next());
        }
    }

    /** Runs the losses of some segments backward, all in one graph, and notes their values. */
    public void backward(List<SegmentLoss> segments) {
        List<Tensor> outputs = new ArrayList<>();
        List<@Nullable Tensor> cotangents = new ArrayList<>();
        segments.forEach(segment -> segment.appendTo(outputs, cotangents));
        if (!outputs.isEmpty()) {
            gradients.add(outputs, cotangents, List.of());
        }
        segments.forEach(record::add);
    }

    private Tensor crossEntropy(SegmentBatch batch, Tensor logits) {
        Tensor targets = model.backend().tensor(batch.labels(), Shape.of(batch.labels().length));
        return logits.reshape(batch.labels().length, logits.size(-1)).crossEntropy(targets, labelSmoothing);
    }
}
