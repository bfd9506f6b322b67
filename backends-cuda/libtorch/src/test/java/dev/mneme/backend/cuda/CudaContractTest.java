package dev.mneme.backend.cuda;

import dev.mneme.tck.BackendContract;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;

/** The contract of engines on a GPU; skipped, saying what is missing, where there is none. */
@Tag("gpu")
final class CudaContractTest extends BackendContract {
    @Override
    protected TensorBackend openBackend() {
        EngineProvider provider = new LibTorchCudaEngineProvider(new SystemProbe());
        if (provider.availability() instanceof Availability.Unavailable unavailable) {
            Assumptions.abort("not run on a GPU: " + unavailable.reason());
        }
        return provider.open(new EngineOptions(1));
    }
}
