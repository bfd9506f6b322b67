package dev.mneme.backend.nd4j;

import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4j;

/** How many threads one operation uses: libnd4j's own loops, and the BLAS below its products. */
final class NativeThreads {
    private NativeThreads() {}

    static void set(int threads) {
        Environment environment = Nd4j.getEnvironment();
        // libnd4j refuses a loop more threads than there are in all, whichever of the two is set first.
        environment.setMaxMasterThreads(1);
        environment.setMaxThreads(threads);
        environment.setMaxMasterThreads(threads);
        Nd4j.factory().blas().setMaxThreads(threads);
    }

    static int libraryThreads() {
        return Nd4j.getEnvironment().maxMasterThreads();
    }

    static int blasThreads() {
        return Nd4j.factory().blas().getMaxThreads();
    }
}
