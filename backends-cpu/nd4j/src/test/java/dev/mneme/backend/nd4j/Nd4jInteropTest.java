package dev.mneme.backend.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class Nd4jInteropTest {
    private final TensorBackend engine = new Nd4jEngineProvider().open(EngineOptions.defaults());

    @Test
    void tensorsSurviveTheWayThereAndBack() {
        try (TensorScope scope = engine.scope()) {
            for (Shape shape : List.of(Shape.scalar(), Shape.of(1), Shape.of(5), Shape.of(2, 3, 4), Shape.of(0, 3))) {
                Tensor x = engine.uniform(shape, DType.F64, 1).add(-0.5).mul(10);
                for (DType dtype : List.of(DType.F32, DType.F64, DType.I64)) {
                    Tensor there = x.to(dtype);
                    INDArray array = Nd4jInterop.toNd4j(there);
                    assertThat(array.shape()).isEqualTo(shape.toArray());
                    Tensor back = Nd4jInterop.tensor(engine, array);
                    assertThat(back.shape()).isEqualTo(shape);
                    assertThat(back.dtype()).isEqualTo(dtype);
                    assertThat(back.toDoubles()).isEqualTo(there.toDoubles());
                    array.close();
                }
                Tensor truths = x.lt(0);
                INDArray array = Nd4jInterop.toNd4j(truths);
                assertThat(Nd4jInterop.tensor(engine, array).toBooleans()).isEqualTo(truths.toBooleans());
                array.close();
            }
        }
    }

    @Test
    void elementsArriveInPlace() {
        try (TensorScope scope = engine.scope()) {
            INDArray array = Nd4jInterop.toNd4j(engine.tensor(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(2, 3)));
            assertThat(array.getDouble(1, 0)).isEqualTo(4);
            assertThat(array.dataType()).isEqualTo(DataType.FLOAT);
        }
    }

    @Test
    void viewsInAnyOrderAreReadInTheirOwn() {
        try (TensorScope scope = engine.scope()) {
            INDArray array = Nd4j.createFromArray(new int[][] {{1, 2, 3}, {4, 5, 6}});
            Tensor transposed = Nd4jInterop.tensor(engine, array.transpose());
            assertThat(transposed.shape()).isEqualTo(Shape.of(3, 2));
            assertThat(transposed.toLongs()).containsExactly(1, 4, 2, 5, 3, 6);
            INDArray column = array.castTo(DataType.DOUBLE).getColumn(1);
            assertThat(Nd4jInterop.tensor(engine, column).toDoubles()).containsExactly(2, 5);
            assertThat(Nd4jInterop.tensor(engine, Nd4j.createFromArray(1.5f, 2).castTo(DataType.BFLOAT16))
                            .toFloats())
                    .containsExactly(1.5f, 2);
        }
    }

    @Test
    void textIsRefused() {
        INDArray text = Nd4j.create("a", "b");
        assertThatThrownBy(() -> Nd4jInterop.tensor(engine, text))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("DTYPE_MISMATCH");
    }

    @Test
    void aViewIsTheTensorsOwnMemoryUntilItIsClosed() {
        long bytes = engine.memory().liveBytes();
        try (TensorScope scope = engine.scope()) {
            for (DType dtype : List.of(DType.F32, DType.F64, DType.I64)) {
                Tensor x =
                        engine.uniform(Shape.of(3, 4, 5), DType.F64, 1).mul(100).to(dtype);
                INDArray array = Nd4jInterop.view(x);
                assertThat(array.shape()).containsExactly(3, 4, 5);
                assertThat(array.castTo(DataType.DOUBLE).dup('c').data().asDouble())
                        .isEqualTo(x.toDoubles());
                x.assign(x.add(x));
                assertThat(array.getDouble(2, 3, 4)).isEqualTo(x.toDoubles()[59]);
                array.close();
                assertThat(x.toDoubles()[59]).isPositive();
            }
        }
        assertThat(engine.memory().liveBytes()).isEqualTo(bytes);
    }

    @Test
    void viewsOfPartsAndOfNothingHaveTheirShapes() {
        try (TensorScope scope = engine.scope()) {
            Tensor x = engine.arange(0, 24).reshape(2, 3, 4);
            assertThat(Nd4jInterop.view(x.slice(1, 1, 3)).getLong(1, 1, 3)).isEqualTo(23);
            assertThat(Nd4jInterop.view(x.permute(2, 0, 1)).getLong(3, 1, 0)).isEqualTo(15);
            assertThat(Nd4jInterop.view(x.slice(0, 0, 0)).isEmpty()).isTrue();
            INDArray truths = Nd4jInterop.view(x.lt(5));
            assertThat(truths.dataType()).isEqualTo(DataType.BOOL);
            assertThat(truths.castTo(DataType.INT64).sumNumber().longValue()).isEqualTo(5);
        }
    }

    @Test
    void aForgottenViewFreesNothingOfTheTensor() {
        try (TensorScope scope = engine.scope()) {
            Tensor x = engine.full(Shape.of(1000), 7, DType.F32);
            WeakReference<INDArray> last = new WeakReference<>(Nd4jInterop.view(x));
            for (int i = 0; i < 100; i++) {
                assertThat(Nd4jInterop.view(x).getFloat(i)).isEqualTo(7);
            }
            for (int i = 0; i < 100 && last.get() != null; i++) {
                System.gc();
            }
            assertThat(last.get()).isNull();
            for (int i = 0; i < 200; i++) {
                engine.full(Shape.of(1000), 8, DType.F32);
            }
            assertThat(x.toFloats()).containsOnly(7);
        }
    }

    @Test
    void aTensorOfAnotherEngineIsCopied() {
        try (TensorBackend other = ReferenceBackend.open();
                TensorScope scope = other.scope()) {
            INDArray array = Nd4jInterop.view(other.tensor(new float[] {1, 2}, Shape.of(2)));
            assertThat(array.getFloat(1)).isEqualTo(2);
            array.close();
        }
    }
}
