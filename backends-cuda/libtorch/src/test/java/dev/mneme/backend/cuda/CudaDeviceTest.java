package dev.mneme.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.DeviceMemory;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the contract does not ask of a device. Reported as skipped, with the reason, where there is no GPU. */
@Tag("gpu")
final class CudaDeviceTest {
    @Test
    void allocatorCountsWhatTensorsTake() {
        try (TensorBackend engine = Gpu.open()) {
            DeviceMemory before = engine.deviceMemory().orElseThrow();
            try (TensorScope scope = engine.scope()) {
                Tensor x = engine.ones(Shape.of(1 << 20), DType.F32);
                assertThat(x.sum().item()).isEqualTo(1 << 20);
                DeviceMemory during = engine.deviceMemory().orElseThrow();
                assertThat(during.allocatedBytes() - before.allocatedBytes()).isGreaterThanOrEqualTo(4 << 20);
                assertThat(during.peakAllocatedBytes()).isGreaterThanOrEqualTo(during.allocatedBytes());
                assertThat(during.reservedBytes()).isGreaterThanOrEqualTo(during.allocatedBytes());
            }
            assertThat(engine.deviceMemory().orElseThrow().allocatedBytes()).isEqualTo(before.allocatedBytes());
        }
    }

    @Test
    void itSaysWhatItIs() {
        try (TensorBackend engine = Gpu.open()) {
            assertThat(engine.info().device()).isEqualTo("cuda:0");
            assertThat(engine.info().details()).containsKeys("GPU", "CUDA runtime", "cuDNN");
        }
    }

    /** Page-locked memory is used again as soon as a copy is done, and not before. */
    @Test
    void manyCopiesFromTheHostArriveUnchanged() {
        try (TensorBackend engine = Gpu.open();
                TensorScope scope = engine.scope()) {
            Shape shape = Shape.of(1 << 16);
            Tensor[] copies = new Tensor[32];
            for (int i = 0; i < copies.length; i++) {
                long first = i;
                copies[i] =
                        engine.tensor(LongStream.range(first, first + (1 << 16)).toArray(), shape);
            }
            engine.synchronize();
            for (int i = 0; i < copies.length; i++) {
                assertThat(copies[i].toLongs())
                        .isEqualTo(LongStream.range(i, i + (1 << 16)).toArray());
            }
        }
    }
}
