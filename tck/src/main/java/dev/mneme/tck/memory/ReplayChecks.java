package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Written;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Memory replay back-propagation (Wu et al., arXiv 2010.06891, algorithm 1), written out: the memory path forward without a
 * graph, then the segments from the last to the first, each from the state it started from and with its own random keys.
 */
final class ReplayChecks {
    private static final double TOLERANCE = 1e-10;

    private final TestModel model;
    private final TestWindow window;
    private final Map<String, double[]> sums = new LinkedHashMap<>();

    private ReplayChecks(TestModel model) {
        this.model = model;
        this.window = new TestWindow(model, 4, true);
    }

    static void advance(Subject<?> subject, TensorBackend backend) {
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            for (boolean training : new boolean[] {false, true}) {
                TestWindow window = new TestWindow(model, 3, training);
                MemoryState state = model.stateAfter(TestWindow.BEFORE, TestSegments.ALL);
                for (int i = 0; i < window.segments(); i++) {
                    StepResult step = window.step(i, state);
                    Written advanced = advance(model, window, i, state);
                    String what = "segment " + (i + 1) + (training ? " with dropout" : " without dropout");
                    Numbers.assertClose(
                            Outcome.values(advanced.next()),
                            Outcome.values(step.next()),
                            1e-12,
                            what + ", next state entry ");
                    Numbers.assertClose(
                            Outcome.values(advanced.losses()),
                            Outcome.values(step.losses()),
                            1e-12,
                            what + ", auxiliary loss ");
                    state = step.next();
                }
            }
        }
    }

    private static Written advance(TestModel model, TestWindow window, int index, MemoryState state) {
        return model.controller()
                .advance(window.segment(index).upload(model.backend()), window.enter(index, state), window.pass(index));
    }

    static void replay(Subject<?> subject, TensorBackend backend) {
        Map<String, double[]> expected;
        try (TestModel model = subject.open(backend);
                TensorScope scope = backend.scope()) {
            expected = new TestWindow(model, 4, true).gradients();
        }
        try (TestModel model = subject.open(backend);
                TensorScope scope = backend.scope()) {
            Map<String, double[]> replayed = new ReplayChecks(model).gradients();
            Numbers.assertClose(replayed, expected, TOLERANCE, "gradient of ");
        }
    }

    private Map<String, double[]> gradients() {
        MemoryState carried =
                model.stateAfter(TestWindow.BEFORE, TestSegments.ALL).detach();
        List<MemoryState> starts = forward(carried);
        Map<String, Tensor> cotangents = Map.of();
        for (int i = window.segments() - 1; i >= 0; i--) {
            cotangents = replay(i, starts.get(i), cotangents);
        }
        cotangents.forEach((name, gradient) -> sums.put(TestWindow.atCarried(name), gradient.toDoubles()));
        return sums;
    }

    /** The state each segment starts from. */
    private List<MemoryState> forward(MemoryState carried) {
        List<MemoryState> starts = new ArrayList<>();
        try (GradientMode off = model.backend().noGradient()) {
            MemoryState state = carried;
            for (int i = 0; i < window.segments(); i++) {
                starts.add(state);
                if (i < window.segments() - 1) {
                    state = advance(model, window, i, state).next();
                }
            }
        }
        return starts;
    }

    /**
     * Runs a segment again, forward and backward, and adds the parameters' gradients up.
     *
     * @param cotangents gradients at the floating entries of the state the segment leaves; none after the last
     * @return gradients at those of the state it starts from
     */
    private Map<String, Tensor> replay(int index, MemoryState start, Map<String, Tensor> cotangents) {
        Map<String, Tensor> entries = TestWindow.leaves(start);
        Map<String, Tensor> inputs = new LinkedHashMap<>(model.leaves());
        Map<String, Tensor> leaves = TestWindow.differentiable(entries);
        leaves.forEach((name, leaf) -> inputs.put(TestWindow.atCarried(name), leaf));
        StepResult result = window.step(index, MemoryState.of(entries));
        Tensor objective = window.loss(index, result);
        for (Map.Entry<String, Tensor> cotangent : new TreeMap<>(cotangents).entrySet()) {
            objective = objective.add(result.next()
                    .get(cotangent.getKey())
                    .mul(cotangent.getValue())
                    .sum());
        }
        List<Tensor> unweighted = new ArrayList<>();
        unweighted.add(null);
        List<Tensor> gradients =
                model.backend().gradients(List.of(objective), List.copyOf(inputs.values()), unweighted);
        int position = 0;
        for (String path : model.leaves().keySet()) {
            sums.merge(path, gradients.get(position++).toDoubles(), ReplayChecks::sum);
        }
        Map<String, Tensor> before = new LinkedHashMap<>();
        for (String name : leaves.keySet()) {
            before.put(name, gradients.get(position++));
        }
        return before;
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }
}
