package dev.mneme.tck;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Values of every operation against the reference engine, for operands of one type and layout. */
final class ValueChecks {
    private final TensorBackend engine;
    private final TensorBackend reference;
    private final DType dtype;
    private final Layout layout;
    private final double tolerance;

    ValueChecks(TensorBackend engine, TensorBackend reference, DType dtype, Layout layout) {
        this(engine, reference, dtype, layout, Tolerances.values(dtype));
    }

    ValueChecks(TensorBackend engine, TensorBackend reference, DType dtype, Layout layout, double tolerance) {
        this.tolerance = tolerance;
        this.engine = engine;
        this.reference = reference;
        this.dtype = dtype;
        this.layout = layout;
    }

    Stream<DynamicTest> tests() {
        return OperationCases.all().stream()
                // Repeated elements tie, and the order of ties is the engine's.
                .filter(operation -> layout != Layout.EXPANDED || !operation.has(Input.Values.APART))
                .map(operation -> Check.named(operation.toString(), () -> check(operation)));
    }

    private void check(OperationCase operation) {
        List<double[]> values = operation.draw();
        try (TensorScope ownScope = engine.scope();
                TensorScope referenceScope = reference.scope()) {
            Tensor actual = operation.function().apply(Engines.operands(engine, operation, values, dtype, layout));
            Layout same = layout == Layout.EXPANDED ? layout : Layout.DENSE;
            Tensor expected = operation.function().apply(Engines.operands(reference, operation, values, dtype, same));
            Engines.assertSame(actual, expected, tolerance);
        }
    }
}
