package dev.mneme.backend.nd4j;

import dev.mneme.tck.BackendContract;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.TensorBackend;

final class Nd4jBackendContractTest extends BackendContract {
    @Override
    protected TensorBackend openBackend() {
        return new Nd4jEngineProvider().open(EngineOptions.defaults());
    }
}
