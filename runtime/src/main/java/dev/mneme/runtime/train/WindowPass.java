package dev.mneme.runtime.train;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Written;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Window;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One window on its way through a model: what a {@link BackPropagation} scheme is made of. Weights are such that the
 * step's loss is the mean over all scored labels of all its windows, plus the mean of the auxiliary losses over all
 * segments.
 */
final class WindowPass {
    private final Model model;
    private final Window window;
    private final RandomSource random;
    private final double labelSmoothing;
    private final StepSize size;
    private final GradientSum gradients;
    private final LossRecord record;
    private final int firstSegment;

    WindowPass(
            Model model,
            Window window,
            RandomSource random,
            double labelSmoothing,
            StepSize size,
            GradientSum gradients,
            LossRecord record) {
        this.model = model;
        this.window = window;
        this.random = random;
        this.labelSmoothing = labelSmoothing;
        this.size = size;
        this.gradients = gradients;
        this.record = record;
        this.firstSegment = record.expect(window.segments().size());
    }

    /** Number of segments, at least 1. */
    int segments() {
        return window.segments().size();
    }

    /** Opens a scope on the model's engine. */
    TensorScope scope() {
        return model.backend().scope();
    }

    /** Switches gradient recording off until closed. */
    GradientMode noGradient() {
        return model.backend().noGradient();
    }

    /**
     * A stream of random keys for one segment. Every scheme takes one a segment, in order: what a segment drops does not
     * depend on how much the ones before it drew, nor on how often they ran.
     */
    RandomSource segmentKeys() {
        return new RandomSource(random.nextKey());
    }

    /**
     * Runs one segment with dropout.
     *
     * @param previous state after the segment before; null at the start of streams
     * @return tensors in the caller's scope
     */
    SegmentLoss forward(int segment, @Nullable MemoryState previous) {
        return forward(segment, previous, segmentKeys());
    }

    /** As {@link #forward(int, MemoryState)}, with keys of its own: equal keys drop the same units. */
    SegmentLoss forward(int segment, @Nullable MemoryState previous, RandomSource keys) {
        SegmentBatch batch = window.segments().get(segment);
        long labels = StepSize.scoredLabels(batch);
        if (labels == 0) {
            Written written = model.advance(batch, previous, Pass.training(keys));
            return loss(null, 0, written.losses(), written.next());
        }
        try (TensorScope scope = scope()) {
            StepResult result = model.run(batch, previous, Pass.training(keys));
            Tensor loss = scope.keep(crossEntropy(batch, result.logits()));
            result.losses().values().forEach(scope::keep);
            result.next().tensors().values().forEach(scope::keep);
            return loss(loss, labels, result.losses(), result.next());
        }
    }

    private SegmentLoss loss(@Nullable Tensor loss, long labels, Map<String, Tensor> auxiliary, MemoryState next) {
        // Sorted, so that sums are taken in one order in every process.
        return new SegmentLoss(
                loss, (double) labels / size.labels(), new TreeMap<>(auxiliary), 1.0 / size.segments(), next);
    }

    /**
     * Runs the memory path of one segment alone.
     *
     * @return the state after it, in the caller's scope
     */
    MemoryState advance(int segment, @Nullable MemoryState previous, RandomSource keys) {
        SegmentBatch batch = window.segments().get(segment);
        try (TensorScope scope = scope()) {
            MemoryState next =
                    model.advance(batch, previous, Pass.training(keys)).next();
            next.tensors().values().forEach(scope::keep);
            return next;
        }
    }

    /** Notes the values of a segment's losses; call once a segment. */
    void note(int segment, SegmentLoss loss) {
        record.add(firstSegment + segment, loss);
    }

    /** Runs the losses of some segments backward, all in one graph. */
    void backward(List<SegmentLoss> segments) {
        Derivatives derivatives = new Derivatives();
        segments.forEach(derivatives::add);
        backward(derivatives, List.of());
    }

    /**
     * Runs backward and adds what reaches the parameters.
     *
     * @param others tensors whose gradients are wanted besides
     * @return the gradients of {@code others}, in the caller's scope
     */
    List<Tensor> backward(Derivatives derivatives, List<Tensor> others) {
        return gradients.add(derivatives, others);
    }

    private Tensor crossEntropy(SegmentBatch batch, Tensor logits) {
        return logits.reshape(batch.labels().length, logits.size(-1)).crossEntropy(model.labels(batch), labelSmoothing);
    }
}
