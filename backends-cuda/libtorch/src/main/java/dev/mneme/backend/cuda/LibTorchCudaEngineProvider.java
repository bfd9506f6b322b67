package dev.mneme.backend.cuda;

import dev.mneme.backend.libtorch.TorchBackend;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;
import jakarta.inject.Inject;

/** Opens LibTorch on the first GPU; preferred to the CPU where it works. */
public final class LibTorchCudaEngineProvider implements EngineProvider {
    static final String NAME = "libtorch-cuda";

    /** Above LibTorch on the CPU, which has 100. */
    private static final int PRIORITY = 200;

    private final CudaProbe probe;

    @Inject
    LibTorchCudaEngineProvider(CudaProbe probe) {
        this.probe = probe;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return PRIORITY;
    }

    @Override
    public Availability availability() {
        return CudaDiagnosis.of(probe);
    }

    @Override
    public TensorBackend open(EngineOptions options) {
        requireAvailable();
        return new TorchBackend(NAME, CudaDevice.first(), options);
    }
}
