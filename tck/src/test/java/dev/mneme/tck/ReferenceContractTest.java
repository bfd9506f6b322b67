package dev.mneme.tck;

import dev.mneme.tensor.TensorBackend;

final class ReferenceContractTest extends BackendContract {
    @Override
    protected TensorBackend openBackend() {
        return ReferenceBackend.open();
    }
}
