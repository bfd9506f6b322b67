package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.nn.Parameter;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;

/**
 * Gradients of a window against central differences along random directions that move every element of every parameter and
 * of the carried state. Only when a direction disagrees is each tensor moved alone, to name those at fault.
 */
final class GradientChecks {
    private static final int DIRECTIONS = 3;
    private static final double STEP = 1e-4;

    /** Tensors at fault that a failure lists. */
    private static final int SHOWN = 3;

    /** Differences of the fourth order leave errors of about 1e-10. */
    private static final double TOLERANCE = 1e-7;

    private final TestModel model;
    private final TestWindow window;
    private final Map<String, double[]> gradients;
    private final Map<String, double[]> start = new LinkedHashMap<>();
    private final Map<String, double[]> carried;
    private final MemoryState fixed;

    private GradientChecks(TestModel model) {
        this.model = model;
        this.window = new TestWindow(model, 3, false);
        this.gradients = window.gradients();
        model.leaves().forEach((path, leaf) -> start.put(path, leaf.toDoubles()));
        this.fixed = model.stateAfter(TestWindow.BEFORE, TestSegments.ALL).detach();
        this.carried = Outcome.values(fixed);
    }

    static void centralDifferences(Subject<?> subject, TensorBackend backend) {
        String cut = subject.tried().gradientCut();
        Assumptions.assumeTrue(cut.isEmpty(), "gradients are cut on purpose: " + cut);
        try (TestModel model = subject.open(backend);
                TensorScope scope = backend.scope()) {
            new GradientChecks(model).check();
        }
    }

    private void check() {
        for (int i = 0; i < DIRECTIONS; i++) {
            Map<String, double[]> direction = direction(gradients.keySet(), i);
            if (!Numbers.close(alongGradients(direction), difference(direction), TOLERANCE)) {
                throw new AssertionError(culprits());
            }
        }
    }

    private String culprits() {
        List<String> lines = new ArrayList<>();
        for (String name : nearestFirst()) {
            Map<String, double[]> direction = direction(Set.of(name), 0);
            double along = alongGradients(direction);
            double expected = difference(direction);
            if (!Numbers.close(along, expected, TOLERANCE / 10)) {
                lines.add(name + ": " + along + " along a direction by its gradient, " + expected
                        + " by central differences");
            }
        }
        if (lines.isEmpty()) {
            return "gradients disagree with central differences where several parameters move together";
        }
        int more = lines.size() - SHOWN;
        return String.join("; ", lines.subList(0, Math.min(SHOWN, lines.size())))
                + (more > 0 ? "; and " + more + " more" : "");
    }

    /** The carried state, then the memory's own parameters, then the backbone's: a cut shows in all that lie behind it. */
    private List<String> nearestFirst() {
        List<String> names = new ArrayList<>();
        carried.keySet().stream()
                .map(TestWindow::atCarried)
                .filter(gradients::containsKey)
                .forEach(names::add);
        gradients.keySet().stream().filter(name -> !names.contains(name)).forEach(names::add);
        return names;
    }

    /** Random vectors of length 1, one for each of these tensors. */
    private Map<String, double[]> direction(Set<String> names, int index) {
        Map<String, double[]> direction = new LinkedHashMap<>();
        for (String name : names) {
            SplittableRandom random = new SplittableRandom(31L * name.hashCode() + index);
            double[] gradient = gradients.get(name);
            double[] vector = new double[gradient == null ? 0 : gradient.length];
            double squares = 0;
            for (int i = 0; i < vector.length; i++) {
                vector[i] = random.nextGaussian();
                squares += vector[i] * vector[i];
            }
            for (int i = 0; i < vector.length; i++) {
                vector[i] /= Math.sqrt(squares);
            }
            direction.put(name, vector);
        }
        return direction;
    }

    private double alongGradients(Map<String, double[]> direction) {
        double sum = 0;
        for (Map.Entry<String, double[]> entry : direction.entrySet()) {
            double[] gradient = gradients.getOrDefault(entry.getKey(), new double[0]);
            for (int i = 0; i < gradient.length; i++) {
                sum += gradient[i] * entry.getValue()[i];
            }
        }
        return sum;
    }

    private double difference(Map<String, double[]> direction) {
        double near = lossAt(direction, STEP) - lossAt(direction, -STEP);
        double far = lossAt(direction, 2 * STEP) - lossAt(direction, -2 * STEP);
        return (8 * near - far) / (12 * STEP);
    }

    private double lossAt(Map<String, double[]> direction, double step) {
        Map<String, Parameter> parameters = model.parameters();
        try (TensorScope scope = model.backend().scope();
                GradientMode off = model.backend().noGradient()) {
            start.forEach((path, values) -> assign(parameters, path, moved(values, direction.get(path), step)));
            MemoryState state = fixed;
            for (Map.Entry<String, double[]> entry : carried.entrySet()) {
                double[] vector = direction.get(TestWindow.atCarried(entry.getKey()));
                if (vector != null) {
                    state = state.with(entry.getKey(), tensor(entry.getKey(), moved(entry.getValue(), vector, step)));
                }
            }
            double loss = window.loss(state).item();
            start.forEach((path, values) -> assign(parameters, path, values));
            return loss;
        }
    }

    private void assign(Map<String, Parameter> parameters, String path, double[] values) {
        Parameter parameter = parameters.get(path);
        if (parameter != null) {
            model.assign(parameter, values);
        }
    }

    private Tensor tensor(String entry, double[] values) {
        Tensor like = fixed.get(entry);
        return model.backend().tensor(values, like.shape(), like.dtype());
    }

    private static double[] moved(double[] values, double[] vector, double step) {
        double[] moved = values.clone();
        for (int i = 0; vector != null && i < moved.length; i++) {
            moved[i] += step * vector[i];
        }
        return moved;
    }
}
