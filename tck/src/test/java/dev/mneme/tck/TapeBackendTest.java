package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.MemoryStatistics;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import dev.mneme.tensor.tape.TapeBackend;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the tape promises beyond the contract of engines. */
final class TapeBackendTest {
    private static final long MATRIX = 8 * 8 * Double.BYTES;

    private final TensorBackend engine = new TapeBackend<>(new ReferenceKernels());

    @AfterEach
    void nothingIsLeft() {
        assertThat(engine.memory()).isEqualTo(new MemoryStatistics(0, 0));
    }

    private static Tensor matrix(TensorBackend engine) {
        return engine.normal(Shape.of(8, 8), DType.F64, 1);
    }

    private List<Tensor> gradients(Tensor output, Tensor input) {
        return engine.gradients(List.of(output), List.of(input), List.of(engine.ones(output.shape(), DType.F64)));
    }

    private static void assertEngineFails(ThrowingCallable action, String... fragments) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ENGINE_FAILED))
                .hasMessageContainingAll(fragments);
    }

    @Test
    void graphsKeepWhatDerivativesNeedAndNothingElse() {
        try (TensorScope scope = engine.scope()) {
            Tensor leaf = matrix(engine).variable();
            long before = engine.memory().liveBytes();
            Tensor kept;
            try (TensorScope inner = engine.scope()) {
                // exp needs its result, add nothing, tanh its result.
                kept = inner.keep(leaf.exp().add(1).tanh());
            }
            assertThat(engine.memory().liveBytes() - before).isEqualTo(2 * MATRIX);
        }
    }

    @Test
    void gradientsReleaseTheGraphWhileItsResultStaysOpen() {
        try (TensorScope scope = engine.scope()) {
            Tensor leaf = matrix(engine).variable();
            long before = engine.memory().liveBytes();
            Tensor result;
            try (TensorScope inner = engine.scope()) {
                result = inner.keep(leaf.exp().sin().matmul(leaf).sum());
                gradients(result, leaf);
            }
            assertThat(result.isOpen()).isTrue();
            assertThat(engine.memory().liveBytes() - before).isEqualTo(Double.BYTES);
        }
    }

    @Test
    void nothingIsKeptWithoutRecording() {
        try (TensorScope scope = engine.scope();
                GradientMode mode = engine.noGradient()) {
            Tensor leaf = matrix(engine).variable();
            long before = engine.memory().liveBytes();
            try (TensorScope inner = engine.scope()) {
                inner.keep(leaf.exp().sin().sum());
            }
            assertThat(engine.memory().liveBytes() - before).isEqualTo(Double.BYTES);
        }
    }

    @Test
    void handlesThatShareABufferCountItOnce() {
        try (TensorScope scope = engine.scope()) {
            Tensor x = matrix(engine);
            x.detach();
            x.variable();
            x.to(DType.F64);
            assertThat(engine.memory()).isEqualTo(new MemoryStatistics(4, MATRIX));
        }
    }

    @Test
    void aTensorThatAGraphNeedsMustNotBeOverwrittenBeforeItsGradients() {
        try (TensorScope scope = engine.scope()) {
            Tensor parameter = matrix(engine);
            Tensor leaf = parameter.variable();
            Tensor square = leaf.mul(leaf);
            parameter.assign(engine.zeros(parameter.shape(), DType.F64));
            assertEngineFails(() -> gradients(square, leaf), "mul", "overwritten by assign");
            Tensor again = leaf.mul(leaf);
            assertThat(gradients(again, leaf).get(0).toDoubles()).containsOnly(0);
        }
    }

    @Test
    void resultsInsideAGraphCannotBeAssignedTo() {
        try (TensorScope scope = engine.scope()) {
            Tensor result = matrix(engine).variable().exp();
            assertEngineFails(() -> result.assign(matrix(engine)), "assign", "exp");
        }
    }

    @Test
    void scopesMustNotCross() {
        TensorScope outer = engine.scope();
        TensorScope inner = engine.scope();
        assertEngineFails(outer::close, "innermost");
        inner.close();
        outer.close();
        outer.close();
    }

    @Test
    void tensorsOfTwoEnginesDoNotMix() {
        try (TensorBackend other = ReferenceBackend.open();
                TensorScope scope = engine.scope();
                TensorScope otherScope = other.scope()) {
            assertEngineFails(() -> matrix(engine).matmul(matrix(other)), "matmul", "reference");
        }
    }

    @Test
    void aKernelThatFailsBackwardsIsNamedAndLeaksNothing() {
        TensorBackend failing = new TapeBackend<>(new ReferenceKernels() {
            @Override
            public HostArray matmul(HostArray a, boolean transposeA, HostArray b, boolean transposeB) {
                if (transposeA) {
                    throw new IllegalStateException("out of registers");
                }
                return super.matmul(a, transposeA, b, transposeB);
            }
        });
        try (TensorScope scope = failing.scope()) {
            Tensor leaf = matrix(failing).variable();
            Tensor result = leaf.exp().matmul(leaf).sum();
            List<Tensor> cotangents = List.of(failing.ones(Shape.scalar(), DType.F64));
            assertEngineFails(
                    () -> failing.gradients(List.of(result), List.of(leaf), cotangents),
                    "gradient of matmul",
                    "(8, 8)",
                    "out of registers");
        }
        assertThat(failing.memory()).isEqualTo(new MemoryStatistics(0, 0));
    }

    @Test
    void fractionsDoNotBecomeIntegersSilently() {
        try (TensorScope scope = engine.scope()) {
            Tensor ids = engine.arange(0, 3);
            assertThatThrownBy(() -> ids.lt(0.5)).hasMessageContainingAll("DTYPE_MISMATCH", "whole number", "0.5");
            assertThatThrownBy(() -> ids.mul(0.5)).hasMessageContainingAll("DTYPE_MISMATCH", "whole number", "0.5");
        }
    }
}
