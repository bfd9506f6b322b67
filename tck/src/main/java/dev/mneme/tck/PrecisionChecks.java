package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Precision;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/** An engine at each precision: what it has, what it refuses, and how far values and gradients may be off. */
final class PrecisionChecks {
    private final TensorBackend engine;
    private final TensorBackend reference;

    PrecisionChecks(TensorBackend engine, TensorBackend reference) {
        this.engine = engine;
        this.reference = reference;
    }

    /** Values of every operation on F32 tensors at every precision but F32. */
    Stream<DynamicTest> values() {
        return lower(at ->
                new ValueChecks(at, reference, DType.F32, Layout.DENSE, Tolerances.values(at.precision())).tests());
    }

    /** Gradients, likewise. */
    Stream<DynamicTest> gradients() {
        return lower(at -> new GradientChecks(at).testsAgainst(reference, Tolerances.values(at.precision())));
    }

    /** Choosing one. */
    Stream<DynamicTest> choices() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            tests.add(Check.named("at " + precision, () -> {
                if (engine.precisions().contains(precision)) {
                    sharesOneEngine(precision);
                } else {
                    isRefused(precision);
                }
            }));
        }
        tests.add(Check.named("F32 comes first", () -> {
            assertThat(engine.precisions()).startsWith(Precision.F32).doesNotHaveDuplicates();
            assertThat(engine.precision()).isEqualTo(Precision.F32);
        }));
        return tests.stream();
    }

    private void sharesOneEngine(Precision precision) {
        TensorBackend at = engine.at(precision);
        assertThat(at.precision()).isEqualTo(precision);
        assertThat(at.at(Precision.F32).precision()).isEqualTo(Precision.F32);
        long before = engine.memory().liveTensors();
        try (TensorScope scope = engine.scope();
                Tensor made = at.ones(Shape.of(2), DType.F32)) {
            assertThat(made.add(engine.ones(Shape.of(2), DType.F32)).toFloats()).containsExactly(2, 2);
            assertThat(at.memory().liveTensors()).isGreaterThan(before);
        }
        assertThat(at.memory().liveTensors())
                .as("a scope of one closes tensors of the other")
                .isEqualTo(before);
    }

    private void isRefused(Precision precision) {
        Throwable thrown = catchThrowable(() -> engine.at(precision));
        assertThat(thrown).isInstanceOf(MnemeException.class);
        assertThat(((MnemeException) thrown).code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(thrown).hasMessageContaining("'" + precision.key() + "'").hasMessageContaining("Valid here: f32");
    }

    private Stream<DynamicTest> lower(Function<TensorBackend, Stream<DynamicTest>> tests) {
        return Stream.of(Precision.values())
                .filter(precision -> precision != Precision.F32)
                .flatMap(precision -> engine.precisions().contains(precision)
                        ? tests.apply(engine.at(precision)).map(test -> named(precision, test))
                        : Stream.of(skipped(precision)));
    }

    private static DynamicTest named(Precision precision, DynamicTest test) {
        return DynamicTest.dynamicTest(precision.key() + " " + test.getDisplayName(), test.getExecutable());
    }

    private DynamicTest skipped(Precision precision) {
        String reason = "the engine '" + engine.info().name() + "' does not have " + precision.key() + " on "
                + engine.info().device();
        return DynamicTest.dynamicTest(precision.key(), () -> Assumptions.abort(reason));
    }
}
