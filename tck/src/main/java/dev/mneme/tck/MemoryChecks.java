package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.MemoryStatistics;
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

/** Scopes, and that native memory returns when handles are closed, without waiting for a garbage collector. */
final class MemoryChecks {
    private final TensorBackend engine;

    MemoryChecks(TensorBackend engine) {
        this.engine = engine;
    }

    Stream<DynamicTest> tests() {
        return Stream.of(
                test("a thousand training steps", this::training),
                test("graphs that nobody differentiates", this::abandonedGraphs),
                test("graphs whose last handle is closed", this::closedGraphs),
                test("an exception inside a scope", this::exceptions),
                test("an operation that fails", this::failedOperations),
                test("every operation, forwards and backwards", this::everyOperation),
                test("keep hands over to the enclosing scope", this::keepAcrossScopes),
                test("keep without an enclosing scope hands over to the caller", this::keepWithoutScope),
                test("keep of a tensor of another scope changes nothing", this::keepOfOthers),
                test("unscoped tensors outlive every scope", this::unscoped),
                test("handles may be closed in any order and twice", this::closingOrder),
                test("statistics count handles and bytes", this::statistics));
    }

    /** Whatever the body does, afterwards the engine holds what it held before. */
    private DynamicTest test(String name, Executable body) {
        return Check.named(name, () -> {
            MemoryStatistics before = engine.memory();
            body.execute();
            assertThat(engine.memory()).as("memory afterwards").isEqualTo(before);
        });
    }

    private Tensor ones(long... sizes) {
        return engine.ones(Shape.of(sizes), DType.F64);
    }

    private void training() {
        try (TinyNetwork network = new TinyNetwork(engine, DType.F32)) {
            network.train(0.1);
            MemoryStatistics afterOne = engine.memory();
            double late = 0;
            for (int i = 2; i <= 1000; i++) {
                double loss = network.train(0.1);
                late += i > 900 ? loss / 100 : 0;
            }
            assertThat(engine.memory()).isEqualTo(afterOne);
            assertThat(late).as("mean loss of the last 100 steps").isLessThan(0.4);
        }
    }

    private void abandonedGraphs() {
        try (TensorScope outer = engine.scope()) {
            Tensor x = ones(64, 64).variable();
            MemoryStatistics before = engine.memory();
            try (TensorScope inner = engine.scope()) {
                x.exp().matmul(x).softmax(-1).layerNorm(null, null, 1e-5).sum();
            }
            assertThat(engine.memory()).isEqualTo(before);
        }
    }

    private void closedGraphs() {
        Tensor x = ones(8, 8);
        Tensor leaf = x.variable();
        Tensor first = leaf.exp();
        Tensor second = first.mul(first);
        x.close();
        leaf.close();
        first.close();
        assertThat(second.isOpen()).isTrue();
        second.close();
    }

    private void exceptions() {
        assertThatThrownBy(() -> {
                    try (TensorScope scope = engine.scope()) {
                        Tensor x = ones(4, 4).variable();
                        x.exp().matmul(x);
                        throw new IllegalStateException("on purpose");
                    }
                })
                .isInstanceOf(IllegalStateException.class);
    }

    private void failedOperations() {
        try (Tensor x = ones(2, 3)) {
            MemoryStatistics before = engine.memory();
            assertThatThrownBy(() -> x.matmul(x)).isInstanceOf(MnemeException.class);
            assertThatThrownBy(() -> x.attention(x, x, Attention.FULL)).isInstanceOf(MnemeException.class);
            assertThatThrownBy(() -> x.select(1, 5)).isInstanceOf(MnemeException.class);
            assertThat(engine.memory()).isEqualTo(before);
        }
    }

    private void everyOperation() {
        for (OperationCase operation : OperationCases.all()) {
            if (!operation.differentiable()) {
                continue;
            }
            MemoryStatistics before = engine.memory();
            try (TensorScope scope = engine.scope()) {
                List<Tensor> operands = new ArrayList<>();
                List<Tensor> variables = new ArrayList<>();
                for (Tensor operand : Engines.operands(engine, operation, operation.draw(), DType.F64, Layout.DENSE)) {
                    operands.add(operand.dtype().isFloating() ? operand.variable() : operand);
                    variables.addAll(
                            operand.dtype().isFloating() ? List.of(operands.get(operands.size() - 1)) : List.of());
                }
                Tensor result = operation.function().apply(operands);
                engine.gradients(List.of(result.sum()), variables, new ArrayList<>(Collections.nCopies(1, null)));
            }
            assertThat(engine.memory()).as(operation.toString()).isEqualTo(before);
        }
    }

    private void keepAcrossScopes() {
        try (TensorScope outer = engine.scope()) {
            Tensor kept;
            Tensor dropped;
            try (TensorScope middle = engine.scope()) {
                try (TensorScope inner = engine.scope()) {
                    dropped = ones(2);
                    kept = inner.keep(dropped.add(1));
                }
                assertThat(dropped.isOpen()).isFalse();
                assertThat(kept.isOpen()).isTrue();
                assertThat(middle.keep(kept)).isSameAs(kept);
            }
            assertThat(kept.toDoubles()).containsExactly(2, 2);
            try (TensorScope another = engine.scope()) {
                assertThat(another.keep(kept)).isSameAs(kept);
            }
            assertThat(kept.isOpen()).isTrue();
        }
    }

    private void keepWithoutScope() {
        Tensor kept;
        try (TensorScope scope = engine.scope()) {
            kept = scope.keep(ones(3).mul(2));
        }
        assertThat(kept.toDoubles()).containsExactly(2, 2, 2);
        kept.close();
    }

    private void keepOfOthers() {
        Tensor mine = ones(1);
        try (TensorScope outer = engine.scope()) {
            Tensor ofOuter = ones(1);
            try (TensorScope inner = engine.scope()) {
                inner.keep(ofOuter);
                inner.keep(mine);
            }
            assertThat(ofOuter.isOpen()).isTrue();
        }
        assertThat(mine.isOpen()).isTrue();
        mine.close();
    }

    private void unscoped() {
        Tensor free;
        try (TensorScope outer = engine.scope()) {
            try (TensorScope inner = engine.scope()) {
                free = ones(2).unscoped();
                assertThat(inner.keep(free)).isSameAs(free);
            }
        }
        assertThat(free.toDoubles()).containsExactly(1, 1);
        free.close();
    }

    private void closingOrder() {
        Tensor x = ones(4, 4);
        Tensor view = x.slice(0, 1, 3);
        Tensor viewOfView = view.transpose(0, 1);
        x.close();
        x.close();
        assertThat(x.isOpen()).isFalse();
        assertThat(view.toDoubles()).hasSize(8).containsOnly(1);
        view.close();
        assertThat(viewOfView.toDoubles()).hasSize(8).containsOnly(1);
        viewOfView.close();
    }

    private void statistics() {
        MemoryStatistics before = engine.memory();
        try (TensorScope scope = engine.scope()) {
            Tensor x = ones(10, 10);
            MemoryStatistics one = engine.memory();
            assertThat(one.liveTensors()).isEqualTo(before.liveTensors() + 1);
            assertThat(one.liveBytes()).isGreaterThanOrEqualTo(before.liveBytes() + 800);
            x.detach();
            assertThat(engine.memory().liveTensors()).isEqualTo(before.liveTensors() + 2);
            ones(10, 10);
            assertThat(engine.memory().liveBytes()).isGreaterThanOrEqualTo(one.liveBytes() + 800);
        }
    }
}
