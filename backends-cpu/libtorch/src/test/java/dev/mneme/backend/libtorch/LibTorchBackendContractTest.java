package dev.mneme.backend.libtorch;

import dev.mneme.tck.BackendContract;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.TensorBackend;

final class LibTorchBackendContractTest extends BackendContract {
    @Override
    protected TensorBackend openBackend() {
        return TorchBackend.cpu(EngineOptions.defaults());
    }
}
