package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Several segments with a loss: a weighting of every logit and every auxiliary loss, other weights in each segment. Stream 1
 * starts anew before segment {@link #RESTART}.
 *
 * @param segments at least {@code RESTART + 1}
 * @param training whether dropout is on, with one key a segment
 */
record TestWindow(TestModel model, int segments, boolean training) {
    static final int RESTART = 2;

    /** Segments before the window: what is carried into it is no initial state. */
    static final int BEFORE = 1;

    /** The state that is carried into the window, floating entries as leaves of their own. */
    Map<String, Tensor> carriedLeaves() {
        return leaves(model.stateAfter(BEFORE, TestSegments.ALL));
    }

    /** Entries of a state with fresh leaves for the floating ones. */
    static Map<String, Tensor> leaves(MemoryState state) {
        Map<String, Tensor> leaves = new LinkedHashMap<>();
        state.detach()
                .tensors()
                .forEach((name, tensor) -> leaves.put(name, tensor.dtype().isFloating() ? tensor.variable() : tensor));
        return leaves;
    }

    /** The entries that gradients can be asked for. */
    static Map<String, Tensor> differentiable(Map<String, Tensor> entries) {
        Map<String, Tensor> result = new LinkedHashMap<>(entries);
        result.values().removeIf(tensor -> !tensor.requiresGradient());
        return result;
    }

    TestSegments segment(int index) {
        return model.segment(BEFORE + index);
    }

    /** The same keys whenever it is asked. */
    Pass pass(int index) {
        return training ? Pass.training(new RandomSource(500 + index)) : Pass.evaluation();
    }

    /** The state a segment starts from, given the one the segment before left. */
    MemoryState enter(int index, MemoryState previous) {
        if (index != RESTART || previous.isEmpty()) {
            return previous;
        }
        boolean[] restarts = new boolean[TestSegments.ALL.length];
        restarts[1] = true;
        Tensor mask = model.backend().tensor(restarts, Shape.of(restarts.length));
        return previous.reset(mask, model.initialState(restarts.length));
    }

    StepResult step(int index, MemoryState previous) {
        return model.step(segment(index), enter(index, previous), pass(index));
    }

    /** The segment's share of the loss: a scalar. */
    Tensor loss(int index, StepResult result) {
        TensorBackend backend = model.backend();
        Shape shape = result.logits().shape();
        Tensor weights =
                backend.tensor(weights(index, shape), shape, result.logits().dtype());
        Tensor loss = result.logits().mul(weights).sum().mul(0.5 + 0.25 * index);
        for (Tensor auxiliary : new TreeMap<>(result.losses()).values()) {
            loss = loss.add(auxiliary.mul(3.0 - 0.5 * index));
        }
        return loss;
    }

    private double[] weights(int index, Shape logits) {
        SplittableRandom random = new SplittableRandom(900 + index);
        double[] weights = new double[Math.toIntExact(logits.elements())];
        int classes = Math.toIntExact(logits.size(-1));
        TestSegments segment = segment(index);
        for (int i = 0; i < weights.length; i++) {
            int place = i / classes;
            boolean counts = segment.counts(place / segment.outputs(), place % segment.outputs());
            weights[i] = counts ? random.nextGaussian() : 0;
        }
        return weights;
    }

    /** Loss of the whole window: a scalar. */
    Tensor loss(MemoryState carried) {
        MemoryState state = carried;
        List<Tensor> losses = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            StepResult result = step(i, state);
            losses.add(loss(i, result));
            state = result.next();
        }
        return model.backend().stack(losses, 0).sum();
    }

    /** Gradients of a scalar by the names of the leaves. */
    Map<String, double[]> gradients(Tensor loss, Map<String, Tensor> leaves) {
        List<Tensor> unweighted = new ArrayList<>();
        unweighted.add(null);
        List<Tensor> gradients = model.backend().gradients(List.of(loss), List.copyOf(leaves.values()), unweighted);
        Map<String, double[]> result = new LinkedHashMap<>();
        leaves.keySet()
                .forEach(name -> result.put(name, gradients.get(result.size()).toDoubles()));
        return result;
    }

    /** Gradients of all parameters and of the carried state by full back-propagation through time. */
    Map<String, double[]> gradients() {
        Map<String, Tensor> carried = carriedLeaves();
        Map<String, Tensor> leaves = new LinkedHashMap<>(model.leaves());
        differentiable(carried).forEach((name, leaf) -> leaves.put(atCarried(name), leaf));
        return gradients(loss(MemoryState.of(carried)), leaves);
    }

    static String atCarried(String entry) {
        return "carried state " + entry;
    }
}
