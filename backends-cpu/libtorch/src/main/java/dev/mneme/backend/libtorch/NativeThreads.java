package dev.mneme.backend.libtorch;

import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many threads the natives use: LibTorch's own loops and BLAS have separate pools. */
final class NativeThreads {
    private static final Logger LOG = LoggerFactory.getLogger(NativeThreads.class);

    private static boolean interOpChosen;

    private NativeThreads() {}

    private static void chooseOneInterOpThread() {
        try {
            torch.set_num_interop_threads(1);
        } catch (RuntimeException e) {
            LOG.debug("the program used LibTorch before and keeps its inter-op pool", e);
        }
    }

    /** LibTorch's number of threads belongs to the thread that sets it; BLAS has one number, see {@link #limit}. */
    static Runnable onOneThread(Runnable task) {
        return () -> {
            torch.set_num_threads(1);
            task.run();
        };
    }

    static synchronized void limit(int threads) {
        torch.set_num_threads(threads);
        openblas_nolapack.blas_set_num_threads(threads);
        // LibTorch accepts this once per process; a second pool for whole operations would only compete for cores.
        if (!interOpChosen) {
            interOpChosen = true;
            if (torch.get_num_interop_threads() != 1) {
                chooseOneInterOpThread();
            }
        }
    }
}
