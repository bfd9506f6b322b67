package dev.mneme.backend.libtorch;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has to be set in the process before the first LibTorch class loads. Idle OpenMP workers would otherwise spin
 * while OpenBLAS threads work, which makes a training step three times slower; and idle OpenBLAS threads would spin
 * while another process waits for the core.
 */
final class NativeEnvironment {
    private static final String WAIT_POLICY = "OMP_WAIT_POLICY";

    /** How long idle OpenBLAS threads spin, as a power of two of clock ticks. Short: others may need the cores. */
    private static final String BLAS_TIMEOUT = "OPENBLAS_THREAD_TIMEOUT";

    private static final String BLAS_TIMEOUT_VALUE = "6";

    /** The wait policy in force and where it came from, for {@code mneme doctor}. */
    static final String WAIT_POLICY_REPORT;

    static {
        // Handles are closed by their owners: JavaCPP's phantom references would only cost time, and its limit on the
        // process size would stop programs whose heap is large.
        Map.of(
                        "org.bytedeco.javacpp.nopointergc", "true",
                        "org.bytedeco.javacpp.maxBytes", "0",
                        "org.bytedeco.javacpp.maxPhysicalBytes", "0")
                .forEach(NativeEnvironment::setIfAbsent);
        WAIT_POLICY_REPORT = choosePassiveWaiting();
    }

    private NativeEnvironment() {}

    /**
     * Makes the settings, then chooses and unpacks the natives, each once per process. To be called before any class of
     * {@code org.bytedeco} is initialised.
     *
     * @throws java.io.UncheckedIOException if JavaCPP's cache cannot be written
     */
    static void prepare() {
        TorchNatives.prepare();
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static String choosePassiveWaiting() {
        try {
            return choosePassiveWaiting(Native.load("c", CLibrary.class), System.getenv(WAIT_POLICY));
        } catch (LinkageError e) {
            return notSet(e.getMessage());
        }
    }

    /**
     * Sets what is not set. Java's own view of the environment is a copy; only C's setenv reaches libgomp and OpenBLAS.
     *
     * @param given the wait policy the process was started with, or null
     */
    static String choosePassiveWaiting(CLibrary c, @Nullable String given) {
        c.setenv(BLAS_TIMEOUT, BLAS_TIMEOUT_VALUE, 0);
        if (given != null) {
            return given + " (from the environment)";
        }
        String inherited = c.getenv(WAIT_POLICY);
        if (inherited != null) {
            return inherited + " (set in this process)";
        }
        return c.setenv(WAIT_POLICY, "PASSIVE", 0) == 0 ? "PASSIVE (set in this process)" : notSet("setenv failed");
    }

    private static String notSet(@Nullable String reason) {
        return "not set: " + reason + "; put " + WAIT_POLICY + "=PASSIVE into the environment for full speed";
    }

    /** The two functions needed of C's standard library. */
    interface CLibrary extends Library {
        int setenv(String name, String value, int overwrite);

        @Nullable String getenv(String name);
    }
}
