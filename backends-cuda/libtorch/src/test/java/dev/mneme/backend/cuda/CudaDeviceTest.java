package dev.mneme.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.Availability;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.DeviceMemory;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the contract does not ask of a device. Reported as skipped, with the reason, where there is no GPU. */
@Tag("gpu")
final class CudaDeviceTest {
    @Test
    void allocatorCountsWhatTensorsTake() {
        EngineProvider provider = new LibTorchCudaEngineProvider(new SystemProbe());
        if (provider.availability() instanceof Availability.Unavailable unavailable) {
            Assumptions.abort("not run on a GPU, nor is the contract: " + unavailable.reason());
        }
        try (TensorBackend engine = provider.open(new EngineOptions(1))) {
            DeviceMemory before = engine.deviceMemory().orElseThrow();
            try (Tensor x = engine.ones(Shape.of(1 << 20), DType.F32)) {
                assertThat(x.sum().item()).isEqualTo(1 << 20);
                DeviceMemory during = engine.deviceMemory().orElseThrow();
                assertThat(during.allocatedBytes() - before.allocatedBytes()).isGreaterThanOrEqualTo(4 << 20);
                assertThat(during.peakAllocatedBytes()).isGreaterThanOrEqualTo(during.allocatedBytes());
                assertThat(during.reservedBytes()).isGreaterThanOrEqualTo(during.allocatedBytes());
            }
            assertThat(engine.deviceMemory().orElseThrow().allocatedBytes()).isLessThan(4 << 20);
            assertThat(engine.info().device()).isEqualTo("cuda:0");
            assertThat(engine.info().details()).containsKeys("GPU", "NVIDIA driver");
        }
    }
}
