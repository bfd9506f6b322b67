package dev.mneme.memformer;

import dev.mneme.memformer.TestModel.Step;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Consecutive segments of one batch with a weighted loss each, run backward through all of them or by replay. */
final class SegmentWindow {
    /**
     * One segment.
     *
     * @param reset (batch), true = starts anew; null = none
     * @param loss a scalar made of its step; null = it has no loss
     */
    record Part(
            Segment segment,
            @Nullable Tensor reset,
            double weight,
            @Nullable Function<Step, Tensor> loss) {}

    /**
     * What a run leaves on the host.
     *
     * @param parameters gradients by path
     * @param slots gradients of the slots that enter each segment, before its reset
     * @param peakBytes largest native memory in use at the end of a forward pass
     */
    record Gradients(Map<String, double[]> parameters, List<double[]> slots, long peakBytes) {}

    private final TestModel model;
    private final TensorBackend backend;
    private final List<Part> parts;

    SegmentWindow(TestModel model, List<Part> parts) {
        this.model = model;
        this.backend = model.backend();
        this.parts = parts;
    }

    List<Part> parts() {
        return parts;
    }

    /** Runs forward in the caller's scope. */
    List<Step> forward(MemoryState carried) {
        List<Step> steps = new ArrayList<>();
        MemoryState state = carried;
        for (Part part : parts) {
            Step step = model.step(part.segment(), started(part, state));
            steps.add(step);
            state = step.slots();
        }
        return steps;
    }

    private MemoryState started(Part part, MemoryState state) {
        return part.reset() == null
                ? state
                : state.reset(part.reset(), model.initialState(part.segment().batch()));
    }

    /** The loss of one step, unweighted; in the caller's scope. */
    List<Tensor> losses(List<Step> steps) {
        List<Tensor> losses = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Function<Step, Tensor> loss = parts.get(i).loss();
            if (loss != null) {
                losses.add(loss.apply(steps.get(i)));
            }
        }
        return losses;
    }

    /** Back-propagation through all segments. */
    Gradients throughTime(MemoryState carried) {
        try (TensorScope scope = backend.scope()) {
            MemoryState state = leaf(carried);
            List<Tensor> entering = new ArrayList<>();
            List<Tensor> objectives = new ArrayList<>();
            for (Part part : parts) {
                // A tensor of its own: the segment before may show its slots to its decoder, and that is not asked
                // here.
                state = MemoryState.of(
                        Map.of(MemformerMemory.SLOTS, slots(state).mul(1)));
                entering.add(slots(state));
                Step step = model.step(part.segment(), started(part, state));
                if (part.loss() != null) {
                    objectives.add(part.loss().apply(step).mul(part.weight()));
                }
                state = step.slots();
            }
            long bytes = backend.memory().liveBytes();
            Map<String, double[]> all =
                    model.gradients(objectives, Collections.nCopies(objectives.size(), null), entering);
            return split(all, entering.size(), bytes);
        }
    }

    /** The same by memory replay: the memory path first, then one segment after the other from the last one back. */
    Gradients byReplay(MemoryState carried) {
        try (TensorScope scope = backend.scope()) {
            List<MemoryState> starts = replayBuffer(carried);
            Map<String, double[]> total = new LinkedHashMap<>();
            double[][] slotGradients = new double[parts.size()][];
            long peak = 0;
            for (int i = parts.size() - 1; i >= 0; i--) {
                try (TensorScope segment = backend.scope()) {
                    Part part = parts.get(i);
                    MemoryState leaf = leaf(starts.get(i));
                    Step step = model.step(part.segment(), started(part, leaf));
                    List<Tensor> outputs = new ArrayList<>();
                    List<@Nullable Tensor> cotangents = new ArrayList<>();
                    if (part.loss() != null) {
                        outputs.add(part.loss().apply(step).mul(part.weight()));
                        cotangents.add(null);
                    }
                    if (i + 1 < parts.size()) {
                        Tensor next = slots(step.slots());
                        outputs.add(next);
                        cotangents.add(backend.tensor(slotGradients[i + 1], next.shape(), next.dtype()));
                    }
                    peak = Math.max(peak, backend.memory().liveBytes());
                    Map<String, double[]> found = model.gradients(outputs, cotangents, List.of(slots(leaf)));
                    slotGradients[i] = found.remove("0");
                    found.forEach((path, values) -> total.merge(path, values, SegmentWindow::sum));
                }
            }
            return new Gradients(total, Arrays.asList(slotGradients), peak);
        }
    }

    /** The states that enter the segments, without a graph, in the caller's scope. */
    List<MemoryState> replayBuffer(MemoryState carried) {
        List<MemoryState> starts = new ArrayList<>();
        try (GradientMode off = backend.noGradient()) {
            MemoryState state = carried;
            for (Part part : parts) {
                starts.add(state);
                try (TensorScope segment = backend.scope()) {
                    MemoryState next = model.mechanism()
                            .controller()
                            .advance(part.segment(), started(part, state), Pass.evaluation())
                            .next();
                    segment.keep(slots(next));
                    state = next;
                }
            }
        }
        return starts;
    }

    private static MemoryState leaf(MemoryState state) {
        return MemoryState.of(
                Map.of(MemformerMemory.SLOTS, slots(state).detach().variable()));
    }

    static Tensor slots(MemoryState state) {
        return state.get(MemformerMemory.SLOTS);
    }

    private static Gradients split(Map<String, double[]> all, int others, long bytes) {
        Map<String, double[]> parameters = new HashMap<>(all);
        List<double[]> slots = new ArrayList<>();
        for (int i = 0; i < others; i++) {
            slots.add(parameters.remove(String.valueOf(i)));
        }
        return new Gradients(parameters, slots, bytes);
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = new double[a.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }
}
