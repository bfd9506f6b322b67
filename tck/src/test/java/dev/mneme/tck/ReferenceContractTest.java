package dev.mneme.tck;

import dev.mneme.tensor.TensorBackend;

/** The reference cannot judge its own values: here central differences and ReferenceBackendTest do. */
final class ReferenceContractTest extends BackendContract {
    @Override
    protected TensorBackend openBackend() {
        return ReferenceBackend.open();
    }
}
