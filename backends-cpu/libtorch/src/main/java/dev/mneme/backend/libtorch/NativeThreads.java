package dev.mneme.backend.libtorch;

import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/** How many threads the natives use: LibTorch's own loops and BLAS have separate pools. */
final class NativeThreads {
    private static boolean interOpChosen;

    private NativeThreads() {}

    static synchronized void limit(int threads) {
        torch.set_num_threads(threads);
        openblas_nolapack.blas_set_num_threads(threads);
        // LibTorch accepts this once per process; a second pool for whole operations would only compete for cores.
        if (!interOpChosen) {
            interOpChosen = true;
            if (torch.get_num_interop_threads() != 1) {
                torch.set_num_interop_threads(1);
            }
        }
    }
}
