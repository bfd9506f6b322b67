package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TorchErrorsTest {
    private final TorchBackend backend = TorchBackend.cpu(EngineOptions.defaults());
    private TensorScope scope;
    private Tensor x;

    @BeforeEach
    void openScope() {
        scope = backend.scope();
        x = floats(4, 3);
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private Tensor floats(long... sizes) {
        return backend.ones(Shape.of(sizes), DType.F32);
    }

    private Tensor ids(Shape shape, long value) {
        return backend.full(shape, value, DType.I64);
    }

    private static void assertFails(ErrorCode code, String part, ThrowingCallable action) {
        assertThatExceptionOfType(MnemeException.class)
                .isThrownBy(action)
                .withMessageStartingWith(code + ": ")
                .withMessageContaining(part)
                .matches(e -> !e.getMessage().contains("Exception raised from"));
    }

    @Test
    void shapesThatDoNotFitAreNamed() {
        assertFails(ErrorCode.SHAPE_MISMATCH, "add of F32 (4, 3) and F32 (7)", () -> x.add(floats(7)));
        assertFails(ErrorCode.SHAPE_MISMATCH, "matmul of F32 (4, 3) and F32 (4, 3)", () -> x.matmul(x));
        assertFails(ErrorCode.SHAPE_MISMATCH, "rank 2 or more", () -> x.matmul(floats(3)));
        assertFails(ErrorCode.SHAPE_MISMATCH, "linear", () -> x.linear(floats(2, 4), null));
        assertFails(ErrorCode.SHAPE_MISMATCH, "linear", () -> x.linear(floats(2, 3), floats(5)));
        assertFails(ErrorCode.SHAPE_MISMATCH, "reshape", () -> x.reshape(5, -1));
        assertFails(ErrorCode.SHAPE_MISMATCH, "permute", () -> x.permute(0, 0));
        assertFails(ErrorCode.SHAPE_MISMATCH, "expand", () -> x.expand(Shape.of(4, 4)));
        assertFails(ErrorCode.SHAPE_MISMATCH, "slice", () -> x.slice(0, 3, 5));
        assertFails(ErrorCode.SHAPE_MISMATCH, "squeeze", () -> x.squeeze(0));
        assertFails(ErrorCode.SHAPE_MISMATCH, "select", () -> x.select(0, 4));
        assertFails(ErrorCode.SHAPE_MISMATCH, "topk", () -> x.topk(4, 1));
        assertFails(ErrorCode.SHAPE_MISMATCH, "max", () -> floats(0, 3).max(0, true));
        assertFails(ErrorCode.SHAPE_MISMATCH, "argmax", () -> floats(0, 3).argmax(0, true));
        assertFails(
                ErrorCode.SHAPE_MISMATCH,
                "sum: expected a dimension from -2 to 1, got dimension 2 of (4, 3)",
                () -> x.sum(false, 2));
        assertFails(ErrorCode.SHAPE_MISMATCH, "dimension 0", () -> floats().softmax(0));
        assertFails(ErrorCode.SHAPE_MISMATCH, "layerNorm", () -> x.layerNorm(floats(4), null, 1e-5));
        assertFails(ErrorCode.SHAPE_MISMATCH, "rmsNorm", () -> x.rmsNorm(floats(4), 1e-5));
        assertFails(ErrorCode.SHAPE_MISMATCH, "where", () -> x.eq(1).where(x, floats(5)));
        assertFails(ErrorCode.SHAPE_MISMATCH, "concat", () -> backend.concat(List.of(x, floats(4, 2)), 0));
        assertFails(ErrorCode.SHAPE_MISMATCH, "concat", () -> backend.concat(List.of(), 0));
        assertFails(ErrorCode.SHAPE_MISMATCH, "assign", () -> x.assign(floats(3)));
        assertFails(ErrorCode.SHAPE_MISMATCH, "6 values", () -> backend.tensor(new float[5], Shape.of(2, 3)));
        assertFails(ErrorCode.SHAPE_MISMATCH, "crossEntropy", () -> x.crossEntropy(ids(Shape.of(3), 0), 0));
        assertFails(ErrorCode.SHAPE_MISMATCH, "item", x::item);
    }

    @Test
    void attentionChecksEveryShapeItself() {
        Tensor q = floats(1, 1, 2, 4);
        Tensor k = floats(1, 1, 3, 4);
        assertFails(ErrorCode.SHAPE_MISMATCH, "(1, 1, 2, 4)", () -> q.attention(k, q, Attention.FULL));
        assertFails(ErrorCode.SHAPE_MISMATCH, "head dim", () -> q.attention(floats(1, 1, 3, 5), k, Attention.FULL));
        assertFails(
                ErrorCode.SHAPE_MISMATCH,
                "broadcast",
                () -> floats(2, 1, 2, 4).attention(floats(3, 1, 3, 4), k, Attention.FULL));
        Tensor mask = backend.ones(Shape.of(2, 4), DType.BOOL);
        assertFails(ErrorCode.SHAPE_MISMATCH, "broadcast", () -> q.attention(k, k, Attention.masked(mask)));
        Tensor large = backend.ones(Shape.of(5, 1, 2, 3), DType.BOOL);
        assertFails(ErrorCode.SHAPE_MISMATCH, "mask", () -> q.attention(k, k, Attention.masked(large)));
        assertFails(ErrorCode.DTYPE_MISMATCH, "mask", () -> q.attention(k, k, Attention.masked(floats(2, 3))));
    }

    @Test
    void positionsOutOfRangeAreRefused() {
        for (long position : new long[] {5, -1, Long.MIN_VALUE}) {
            Tensor some = ids(Shape.of(2), position);
            Tensor block = ids(Shape.of(2, 3), position);
            assertFails(ErrorCode.SHAPE_MISMATCH, "indexSelect", () -> x.indexSelect(0, some));
            assertFails(ErrorCode.SHAPE_MISMATCH, "indexSelect", () -> x.indexSelect(1, some));
            assertFails(ErrorCode.SHAPE_MISMATCH, "gather", () -> x.gather(0, block));
            assertFails(ErrorCode.SHAPE_MISMATCH, "scatterAdd", () -> x.scatterAdd(0, block, floats(2, 3)));
            assertFails(ErrorCode.SHAPE_MISMATCH, "indexAdd", () -> x.indexAdd(0, some, floats(2, 3)));
            assertFails(ErrorCode.SHAPE_MISMATCH, "indexAdd", () -> x.indexAdd(1, some, floats(4, 2)));
            assertFails(ErrorCode.SHAPE_MISMATCH, "embedding", () -> x.embedding(block));
        }
        assertFails(ErrorCode.SHAPE_MISMATCH, "crossEntropy", () -> x.crossEntropy(ids(Shape.of(4), 3), 0));
    }

    @Test
    void elementTypesAreNotMixed() {
        Tensor wide = backend.ones(Shape.of(4, 3), DType.F64);
        assertFails(ErrorCode.DTYPE_MISMATCH, "add: expected F32, got F64", () -> x.add(wide));
        assertFails(ErrorCode.DTYPE_MISMATCH, "matmul", () -> x.matmul(wide.transpose(0, 1)));
        assertFails(ErrorCode.DTYPE_MISMATCH, "linear", () -> x.linear(wide, null));
        assertFails(ErrorCode.DTYPE_MISMATCH, "concat", () -> backend.concat(List.of(x, wide), 0));
        assertFails(ErrorCode.DTYPE_MISMATCH, "where", () -> x.where(x, x));
        assertFails(ErrorCode.DTYPE_MISMATCH, "where", () -> x.eq(1).where(x, wide));
        assertFails(ErrorCode.DTYPE_MISMATCH, "embedding", () -> x.embedding(x));
        assertFails(ErrorCode.DTYPE_MISMATCH, "exp", () -> ids(Shape.of(1), 1).exp());
        assertFails(
                ErrorCode.DTYPE_MISMATCH,
                "whole number",
                () -> ids(Shape.of(1), 1).add(0.5));
        assertFails(ErrorCode.DTYPE_MISMATCH, "logicalNot", x::logicalNot);
        assertFails(
                ErrorCode.DTYPE_MISMATCH, "variable", () -> ids(Shape.of(1), 1).variable());
        assertFails(ErrorCode.DTYPE_MISMATCH, "toLongs", x::toLongs);
        assertFails(ErrorCode.DTYPE_MISMATCH, "assign", () -> x.assign(wide));
    }

    @Test
    void aClosedTensorIsRefused() {
        Tensor gone = floats(2);
        gone.close();
        gone.close();
        assertThat(gone.isOpen()).isFalse();
        assertFails(ErrorCode.TENSOR_CLOSED, "exp", gone::exp);
        assertFails(ErrorCode.TENSOR_CLOSED, "add", () -> floats(2).add(gone));
        assertFails(ErrorCode.TENSOR_CLOSED, "stack", () -> backend.stack(List.of(floats(2), gone), 0));
        assertFails(ErrorCode.TENSOR_CLOSED, "toFloats", gone::toFloats);
        assertThat(gone.toString()).contains("closed");
    }

    @Test
    void memoryThatDoesNotExistIsAnError() {
        assertFails(ErrorCode.MEMORY_EXHAUSTED, "allocate", () -> floats(1L << 45));
    }

    @Test
    void whatLibTorchAdvisesPythonIsLeftOut() {
        RuntimeException said = new RuntimeException("CUDA out of memory. Tried to allocate 20.00 MiB. If reserved but"
                + " unallocated memory is large try setting PYTORCH_ALLOC_CONF=expandable_segments:True to avoid it.");

        assertThat(Failures.translate("linear", said, List.of()))
                .hasMessage("MEMORY_EXHAUSTED: linear of no tensors: CUDA out of memory. Tried to allocate 20.00 MiB."
                        + " Smaller batches and shorter segments need less memory; so does memory replay in training");
    }

    @Test
    void gradientsCheckTheirCotangents() {
        Tensor v = x.variable();
        assertFails(
                ErrorCode.SHAPE_MISMATCH,
                "cotangent",
                () -> backend.gradients(
                        List.of(v.mul(2)), List.of(v), java.util.Collections.singletonList((Tensor) null)));
        assertFails(
                ErrorCode.SHAPE_MISMATCH,
                "cotangent",
                () -> backend.gradients(List.of(v.mul(2)), List.of(v), List.of(floats(3))));
        Tensor once = v.exp();
        backend.gradients(List.of(once), List.of(v), List.of(x));
        assertFails(
                ErrorCode.ENGINE_FAILED, "gradients", () -> backend.gradients(List.of(once), List.of(v), List.of(x)));
    }
}
