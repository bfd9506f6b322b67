package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Gradients of every differentiable operation, of a random weighting of its result. */
final class GradientChecks {
    private static final double STEP = 1e-5;

    private final TensorBackend engine;

    GradientChecks(TensorBackend engine) {
        this.engine = engine;
    }

    /** In F64, against central differences of the engine's own values. */
    Stream<DynamicTest> tests() {
        return differentiable()
                .map(operation -> Check.named(operation.toString(), () -> {
                    List<double[]> values = operation.draw();
                    List<double[]> gradients = gradients(engine, operation, values, DType.F64);
                    List<Integer> floating = floating(operation);
                    for (int i = 0; i < floating.size(); i++) {
                        double[] expected = centralDifferences(operation, values, floating.get(i));
                        Engines.assertClose(gradients.get(i), expected, Tolerances.CENTRAL_DIFFERENCES);
                    }
                }));
    }

    /** In F32, against another engine. */
    Stream<DynamicTest> testsAgainst(TensorBackend reference) {
        return testsAgainst(reference, Tolerances.values(DType.F32));
    }

    Stream<DynamicTest> testsAgainst(TensorBackend reference, double tolerance) {
        return differentiable()
                .map(operation -> Check.named(operation.toString(), () -> {
                    List<double[]> values = operation.draw();
                    List<double[]> actual = gradients(engine, operation, values, DType.F32);
                    List<double[]> expected = gradients(reference, operation, values, DType.F32);
                    for (int i = 0; i < expected.size(); i++) {
                        Engines.assertClose(actual.get(i), expected.get(i), tolerance);
                    }
                }));
    }

    private static Stream<OperationCase> differentiable() {
        return OperationCases.all().stream().filter(OperationCase::differentiable);
    }

    private static List<Integer> floating(OperationCase operation) {
        return IntStream.range(0, operation.inputs().size())
                .filter(i -> operation.inputs().get(i).isFloating())
                .boxed()
                .toList();
    }

    private static List<double[]> gradients(
            TensorBackend engine, OperationCase operation, List<double[]> values, DType dtype) {
        try (TensorScope scope = engine.scope()) {
            List<Tensor> operands = new ArrayList<>(Engines.operands(engine, operation, values, dtype, Layout.DENSE));
            List<Tensor> variables = new ArrayList<>();
            for (int i : floating(operation)) {
                operands.set(i, operands.get(i).variable());
                variables.add(operands.get(i));
            }
            Tensor result = operation.function().apply(operands);
            Tensor cotangent = engine.tensor(weights(result.shape().elements()), result.shape(), result.dtype());
            List<Tensor> cotangents = List.of(cotangent);
            List<double[]> gradients = new ArrayList<>();
            for (Tensor gradient : engine.gradients(List.of(result), variables, cotangents)) {
                Tensor variable = variables.get(gradients.size());
                assertThat(gradient.shape()).as("shape of the gradient").isEqualTo(variable.shape());
                assertThat(gradient.dtype()).as("type of the gradient").isEqualTo(dtype);
                gradients.add(gradient.toDoubles());
            }
            return gradients;
        }
    }

    private double[] centralDifferences(OperationCase operation, List<double[]> values, int operand) {
        double[] differences = new double[values.get(operand).length];
        for (int i = 0; i < differences.length; i++) {
            double above = weightedSum(operation, shifted(values, operand, i, STEP));
            double below = weightedSum(operation, shifted(values, operand, i, -STEP));
            differences[i] = (above - below) / (2 * STEP);
        }
        return differences;
    }

    private static List<double[]> shifted(List<double[]> values, int operand, int element, double by) {
        List<double[]> shifted = new ArrayList<>(values);
        double[] changed = values.get(operand).clone();
        changed[element] += by;
        shifted.set(operand, changed);
        return shifted;
    }

    private double weightedSum(OperationCase operation, List<double[]> values) {
        try (TensorScope scope = engine.scope();
                GradientMode mode = engine.noGradient()) {
            double[] result = operation
                    .function()
                    .apply(Engines.operands(engine, operation, values, DType.F64, Layout.DENSE))
                    .toDoubles();
            double[] weights = weights(result.length);
            return IntStream.range(0, result.length)
                    .mapToDouble(i -> result[i] * weights[i])
                    .sum();
        }
    }

    private static double[] weights(long count) {
        SplittableRandom random = new SplittableRandom(count);
        return IntStream.range(0, Math.toIntExact(count))
                .mapToDouble(i -> (float) random.nextDouble(-1, 1))
                .toArray();
    }
}
