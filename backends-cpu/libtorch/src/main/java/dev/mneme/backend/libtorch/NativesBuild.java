package dev.mneme.backend.libtorch;

/**
 * A build of LibTorch's natives for more than the CPU, found by {@link java.util.ServiceLoader}. A process can hold one
 * build only, so it is chosen before anything of LibTorch loads, also where only the CPU is asked for.
 */
public interface NativesBuild {
    /** How JavaCPP marks it, at the end of the platform's name, such as {@code -gpu}. */
    String extension();

    /** Whether its natives are on the class path. */
    boolean isPresent();

    /**
     * Loads the libraries that the build links to and nothing of LibTorch; called once, if the build is present. JavaCPP
     * would load some of them too late and would then go on with the CPU's natives beside half of this build, which ends
     * the process.
     *
     * @throws LinkageError naming what is missing here; the natives for the CPU are then loaded
     */
    void loadDependencies();
}
