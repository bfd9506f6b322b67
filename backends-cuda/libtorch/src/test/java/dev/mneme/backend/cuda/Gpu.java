package dev.mneme.backend.cuda;

import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;
import java.lang.System.Logger.Level;
import org.junit.jupiter.api.Assumptions;

/** The GPU of this machine. */
final class Gpu {
    private static final System.Logger LOG = System.getLogger(Gpu.class.getName());

    private Gpu() {}

    /** Skips a test, saying what is missing, where there is none. */
    static TensorBackend open() {
        EngineProvider provider = new LibTorchCudaEngineProvider(new SystemProbe());
        if (provider.availability() instanceof Availability.Unavailable unavailable) {
            // Of a class that is skipped as a whole the build's output does not tell.
            LOG.log(Level.WARNING, "not run on a GPU: {0}", unavailable.reason());
            Assumptions.abort("not run on a GPU: " + unavailable.reason());
        }
        return provider.open(new EngineOptions(1));
    }
}
