package dev.mneme.backend.libtorch;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the process end while an operation runs, as when a training is interrupted. The JVM waits for native calls only
 * briefly and then runs the destructors of LibTorch's globals under the feet of the thread that is still computing.
 * Going straight to the kernel's exit, with the same status, spares it that. The step is registered as the JVM shuts
 * down and therefore comes before the destructors; Java's own shutdown hooks are not affected.
 */
final class ProcessExit {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessExit.class);

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(ProcessExit::skipDestructors, "mneme-libtorch-exit"));
    }

    private ProcessExit() {}

    /** Registers the step, once per process. */
    static void prepare() {}

    private static void skipDestructors() {
        try {
            Pointer exit = NativeLibrary.getInstance("c").getFunction("_exit");
            Native.load("c", CLibrary.class).on_exit(exit, null);
        } catch (LinkageError e) {
            LOG.debug("this C library has no on_exit: an operation that is running now may crash the exit", e);
        }
    }

    /** The function of the GNU C library that passes the exit status on. */
    interface CLibrary extends Library {
        int on_exit(Pointer function, @Nullable Pointer argument);
    }
}
