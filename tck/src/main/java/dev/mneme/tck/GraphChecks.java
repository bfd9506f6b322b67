package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/** Leaves, graphs and gradient mode. */
final class GraphChecks {
    private static final double EXACT = 1e-12;

    private final TensorBackend engine;

    GraphChecks(TensorBackend engine) {
        this.engine = engine;
    }

    Stream<DynamicTest> tests() {
        return Stream.of(
                test("only variables and what is computed from them require gradients", this::requiring),
                test("gradients of several outputs are weighted and added", this::severalOutputs),
                test("an input that no output depends on gets zeros", this::unreachedInputs),
                test("one input may be asked for twice", this::repeatedInputs),
                test("results on the way may be inputs", this::intermediateInputs),
                test("a tensor may be used many times", this::sharedOperands),
                test("long chains do not exhaust the stack", this::longChains),
                test("detach cuts", this::detach),
                test("variables of one tensor are separate leaves", this::separateLeaves),
                test("a consumed graph cannot be used again", this::consumedGraphs),
                test("parts of a graph that were not asked for survive", this::partialConsumption),
                test("gradients work while recording is off", this::gradientsWithoutRecording),
                test("recording is off inside noGradient and back after it", this::gradientMode),
                test("conversion between floating types passes gradients", this::conversion),
                test("gradients do not depend on handles that were closed", this::closedIntermediates));
    }

    private DynamicTest test(String name, Executable body) {
        return Check.named(name, () -> {
            try (TensorScope scope = engine.scope()) {
                body.execute();
            }
        });
    }

    private Tensor leaf(double... values) {
        return engine.tensor(values, Shape.of(values.length), DType.F64).variable();
    }

    private List<Tensor> gradients(Tensor output, Tensor... inputs) {
        return engine.gradients(List.of(output), List.of(inputs), unweighted(1));
    }

    private static List<Tensor> unweighted(int outputs) {
        return new ArrayList<>(Collections.nCopies(outputs, null));
    }

    private static void assertGradient(Tensor gradient, double... expected) {
        Engines.assertClose(gradient.toDoubles(), expected, EXACT);
        assertThat(gradient.requiresGradient()).isFalse();
    }

    private void requiring() {
        Tensor constant = engine.ones(Shape.of(2), DType.F64);
        Tensor leaf = leaf(1, 2);
        assertThat(constant.requiresGradient()).isFalse();
        assertThat(leaf.requiresGradient()).isTrue();
        assertThat(constant.add(constant).requiresGradient()).isFalse();
        assertThat(constant.mul(leaf).requiresGradient()).isTrue();
        assertThat(leaf.lt(constant).requiresGradient()).isFalse();
        assertThat(leaf.argmax(0, true).requiresGradient()).isFalse();
        assertThat(leaf.topk(1, 0).indices().requiresGradient()).isFalse();
        assertThat(leaf.detach().requiresGradient()).isFalse();
        assertThat(leaf.to(DType.I64).requiresGradient()).isFalse();
        assertThat(leaf.to(DType.F64).requiresGradient()).isTrue();
    }

    private void severalOutputs() {
        Tensor x = leaf(1, 2);
        List<Tensor> cotangents = unweighted(1);
        cotangents.add(engine.tensor(new double[] {10, 100}, Shape.of(2), DType.F64));
        List<Tensor> outputs = List.of(x.sum(), x.square());
        assertGradient(engine.gradients(outputs, List.of(x), cotangents).get(0), 21, 401);
    }

    private void unreachedInputs() {
        Tensor x = leaf(1, 2);
        Tensor y = leaf(3, 4, 5);
        List<Tensor> gradients = gradients(x.sum(), x, y);
        assertGradient(gradients.get(0), 1, 1);
        assertGradient(gradients.get(1), 0, 0, 0);
        Tensor constant = engine.ones(Shape.scalar(), DType.F64);
        assertGradient(gradients(constant, x).get(0), 0, 0);
    }

    private void repeatedInputs() {
        Tensor x = leaf(3);
        List<Tensor> gradients = gradients(x.square(), x, x);
        gradients.get(0).close();
        assertGradient(gradients.get(1), 6);
    }

    private void intermediateInputs() {
        Tensor x = leaf(2);
        Tensor middle = x.square();
        List<Tensor> gradients = gradients(middle.mul(middle), middle, x);
        assertGradient(gradients.get(0), 8);
        assertGradient(gradients.get(1), 32);
        assertGradient(gradients(x, x).get(0), 1);
    }

    private void sharedOperands() {
        Tensor x = leaf(1.5);
        Tensor power = x;
        for (int i = 0; i < 4; i++) {
            power = power.mul(power);
        }
        assertGradient(gradients(power, x).get(0), 16 * Math.pow(1.5, 15));
    }

    private void longChains() {
        Tensor x = leaf(1);
        Tensor y = x;
        for (int i = 0; i < 20_000; i++) {
            Tensor next = y.mul(1);
            if (y != x) {
                y.close();
            }
            y = next;
        }
        assertGradient(gradients(y, x).get(0), 1);
    }

    private void detach() {
        Tensor x = leaf(3);
        assertGradient(gradients(x.mul(x.detach()), x).get(0), 3);
    }

    private void separateLeaves() {
        Tensor x = engine.ones(Shape.of(1), DType.F64);
        Tensor first = x.variable();
        Tensor second = first.variable();
        List<Tensor> gradients = gradients(first.mul(3).add(second.mul(5)), first, second);
        assertGradient(gradients.get(0), 3);
        assertGradient(gradients.get(1), 5);
    }

    private void consumedGraphs() {
        Tensor x = leaf(2);
        Tensor y = x.exp();
        gradients(y, x);
        assertThatThrownBy(() -> gradients(y, x)).isInstanceOf(MnemeException.class);
        Tensor later = y.mul(2);
        assertThatThrownBy(() -> gradients(later, x)).isInstanceOf(MnemeException.class);
    }

    private void partialConsumption() {
        Tensor x = leaf(2);
        Tensor middle = x.exp();
        Tensor first = middle.square();
        Tensor second = middle.sin();
        double e = Math.exp(2);
        assertGradient(gradients(first, middle).get(0), 2 * e);
        assertGradient(gradients(second, x).get(0), Math.cos(e) * e);
    }

    private void gradientsWithoutRecording() {
        Tensor x = leaf(2);
        Tensor y = x.exp();
        try (GradientMode mode = engine.noGradient()) {
            assertGradient(gradients(y, x).get(0), Math.exp(2));
        }
    }

    private void gradientMode() {
        Tensor x = leaf(2);
        try (GradientMode outer = engine.noGradient()) {
            try (GradientMode inner = engine.noGradient()) {
                assertThat(x.exp().requiresGradient()).isFalse();
            }
            assertThat(x.exp().requiresGradient()).isFalse();
        }
        assertThat(x.exp().requiresGradient()).isTrue();
    }

    private void conversion() {
        Tensor x = leaf(0.5, 2);
        assertGradient(
                gradients(x.to(DType.F32).square().to(DType.F64).sum(), x).get(0), 1, 4);
    }

    private void closedIntermediates() {
        Tensor x = leaf(0.5, 2);
        Tensor loss;
        try (TensorScope inner = engine.scope()) {
            loss = inner.keep(x.exp().mul(x).sum());
        }
        assertGradient(gradients(loss, x).get(0), 1.5 * Math.exp(0.5), 3 * Math.exp(2));
    }
}
