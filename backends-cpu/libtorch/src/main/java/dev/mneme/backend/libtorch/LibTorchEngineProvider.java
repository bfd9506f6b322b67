package dev.mneme.backend.libtorch;

import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;
import jakarta.inject.Inject;

/** Opens LibTorch on the CPU; the default engine. */
public final class LibTorchEngineProvider implements EngineProvider {
    static final String NAME = "libtorch";

    private static final int PRIORITY = 100;
    private static final String REMEDY =
            "put org.bytedeco:pytorch, openblas and javacpp with this platform's classifier on the class path, in the"
                    + " versions of mneme-bom, and make sure that the folder of org.bytedeco.javacpp.cachedir"
                    + " (default ~/.javacpp/cache) is writable and allows execution";

    @Inject
    public LibTorchEngineProvider() {}

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
        try {
            NativeEnvironment.prepare();
            return new Availability.Available("cpu, " + NativeLibrary.vectorInstructions());
        } catch (LinkageError | RuntimeException e) {
            return new Availability.Unavailable("LibTorch does not load: " + rootMessage(e), REMEDY);
        }
    }

    @Override
    public TensorBackend open(EngineOptions options) {
        requireAvailable();
        return TorchBackend.cpu(options);
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }
}
