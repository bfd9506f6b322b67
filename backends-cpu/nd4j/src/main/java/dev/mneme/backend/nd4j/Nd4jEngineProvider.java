package dev.mneme.backend.nd4j;

import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineInfo;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.tape.TapeBackend;
import jakarta.inject.Inject;

/** Opens Deeplearning4j's tensors on the CPU; the second choice after LibTorch, and its check. */
public final class Nd4jEngineProvider implements EngineProvider {
    static final String NAME = "nd4j";

    private static final int PRIORITY = 50;
    private static final String REMEDY =
            "put org.nd4j:nd4j-native, and org.bytedeco:openblas and javacpp, with this platform's classifier on the"
                    + " class path, in the versions of mneme-bom, and make sure that the folder of"
                    + " org.bytedeco.javacpp.cachedir (default ~/.javacpp/cache) is writable and allows execution";

    @Inject
    public Nd4jEngineProvider() {}

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
            return new Availability.Available("cpu, libnd4j " + new Libnd4j().instructions());
        } catch (LinkageError | RuntimeException e) {
            return new Availability.Unavailable("ND4J does not load: " + rootMessage(e), REMEDY);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Threads belong to the native libraries, of which a process has one: the last opened engine sets them for all.
     */
    @Override
    public TensorBackend open(EngineOptions options) {
        requireAvailable();
        Libnd4j library = new Libnd4j();
        NativeThreads.set(options.threads());
        EngineInfo info = new EngineInfo(NAME, library.version(), "cpu", options.threads(), library.details());
        return new TapeBackend<>(new Nd4jKernels(library, info));
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }
}
