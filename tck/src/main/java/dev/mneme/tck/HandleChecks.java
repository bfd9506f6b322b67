package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Ownership, operation by operation: how many handles the caller gets, and that handles live independently. */
final class HandleChecks {
    private final TensorBackend engine;
    private final TensorBackend reference;

    HandleChecks(TensorBackend engine, TensorBackend reference) {
        this.engine = engine;
        this.reference = reference;
    }

    Stream<DynamicTest> tests() {
        return OperationCases.all().stream()
                .map(operation -> Check.named(operation.toString(), () -> check(operation)));
    }

    private void check(OperationCase operation) {
        assertThat(handlesLeftOpen(engine, operation))
                .as("handles left in the caller's scope")
                .isEqualTo(handlesLeftOpen(reference, operation));
        List<Tensor> operands = Engines.operands(engine, operation, operation.draw(), DType.F64, Layout.DENSE);
        Tensor result;
        double[] values;
        try (TensorScope scope = engine.scope()) {
            operation.function().apply(operands).close();
            assertThat(operands).as("operands after their result was closed").allMatch(Tensor::isOpen);
            result = scope.keep(operation.function().apply(operands));
            values = Engines.values(result);
        }
        operands.forEach(Tensor::close);
        Engines.assertClose(Engines.values(result), values, 0);
        result.close();
    }

    /** More than one where a case is made of several operations or an operation has several results. */
    static long handlesLeftOpen(TensorBackend engine, OperationCase operation) {
        try (TensorScope outer = engine.scope()) {
            List<Tensor> operands = Engines.operands(engine, operation, operation.draw(), DType.F64, Layout.DENSE);
            long before = engine.memory().liveTensors();
            Tensor result = operation.function().apply(operands);
            assertThat(result.isOpen()).isTrue();
            return engine.memory().liveTensors() - before;
        }
    }
}
