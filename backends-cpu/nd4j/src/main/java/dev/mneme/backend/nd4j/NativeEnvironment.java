package dev.mneme.backend.nd4j;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has to be set in the process before the first class of {@code org.bytedeco} or {@code org.nd4j} is initialised.
 * Whatever the user has set stays.
 */
final class NativeEnvironment {
    private static final String WAIT_POLICY = "OMP_WAIT_POLICY";

    /** The wait policy in force and where it came from. */
    static final String WAIT_POLICY_REPORT;

    static {
        // Memory is freed explicitly: JavaCPP's phantom references would only cost time, and its limit on the process
        // size would stop programs whose heap is large.
        Map.of(
                        "org.bytedeco.javacpp.nopointergc", "true",
                        "org.bytedeco.javacpp.maxBytes", "0",
                        "org.bytedeco.javacpp.maxPhysicalBytes", "0")
                .forEach(System.getProperties()::putIfAbsent);
        WAIT_POLICY_REPORT = choosePassiveWaiting();
    }

    private NativeEnvironment() {}

    /** Runs the settings, once per process. */
    static void prepare() {}

    /** Idle OpenMP workers would spin while OpenBLAS threads work, and double the time of a training step. */
    private static String choosePassiveWaiting() {
        String given = System.getenv(WAIT_POLICY);
        if (given != null) {
            return given + " (from the environment)";
        }
        try {
            // Java's own view of the environment is a copy; only C's setenv reaches libgomp.
            CLibrary c = Native.load("c", CLibrary.class);
            String inherited = c.getenv(WAIT_POLICY);
            if (inherited != null) {
                return inherited + " (set in this process)";
            }
            return c.setenv(WAIT_POLICY, "PASSIVE", 0) == 0 ? "PASSIVE (set in this process)" : notSet("setenv failed");
        } catch (LinkageError e) {
            return notSet(e.getMessage());
        }
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
