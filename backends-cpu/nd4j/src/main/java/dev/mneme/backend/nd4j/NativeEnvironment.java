package dev.mneme.backend.nd4j;

import com.sun.jna.Library;
import com.sun.jna.Native;
import org.jspecify.annotations.Nullable;

/**
 * What has to be set in the process before the first class of {@code org.bytedeco} or {@code org.nd4j} is initialised.
 * Whatever the user has set stays.
 */
final class NativeEnvironment {
    private static final String WAIT_POLICY = "OMP_WAIT_POLICY";
    private static final String NO_POINTER_COLLECTION = "org.bytedeco.javacpp.nopointergc";

    /** The wait policy in force and where it came from. */
    static final String WAIT_POLICY_REPORT;

    static {
        // JavaCPP's limits on the process size would stop programs whose heap is large.
        System.getProperties().putIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
        System.getProperties().putIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        WAIT_POLICY_REPORT = choosePassiveWaiting();
        switchPointerCollectionOff();
    }

    private NativeEnvironment() {}

    /** Runs the settings, once per process. */
    static void prepare() {}

    /**
     * Memory of the engine is freed explicitly: JavaCPP's phantom references would only cost time. ND4J reads the same
     * property after JavaCPP, and would then never free an INDArray that was not closed; a program that leaves its arrays
     * to the garbage collector, as Deeplearning4j's do, would run out of memory. So it is set for JavaCPP alone.
     */
    private static void switchPointerCollectionOff() {
        if (System.getProperty(NO_POINTER_COLLECTION) != null) {
            return;
        }
        System.setProperty(NO_POINTER_COLLECTION, "true");
        try {
            Class.forName("org.bytedeco.javacpp.Pointer", true, NativeEnvironment.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // Whoever asks for the engine is told so when it loads.
            return;
        } finally {
            System.clearProperty(NO_POINTER_COLLECTION);
        }
    }

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
