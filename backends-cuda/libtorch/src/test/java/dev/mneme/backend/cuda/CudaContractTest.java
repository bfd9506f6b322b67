package dev.mneme.backend.cuda;

import dev.mneme.tck.BackendContract;
import dev.mneme.tensor.TensorBackend;
import org.junit.jupiter.api.Tag;

/** The contract of engines on a GPU; skipped, saying what is missing, where there is none. */
@Tag("gpu")
final class CudaContractTest extends BackendContract {
    @Override
    protected TensorBackend openBackend() {
        return Gpu.open();
    }
}
