package dev.mneme.backend.cuda;

import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * A machine as a test wants it.
 *
 * @param newestCuda as {@code cuDriverGetVersion} gives it
 * @param missing libraries of CUDA's runtime that it does not have
 * @param computeCapability of its GPU
 * @param devices counts GPUs, or fails as the natives would
 */
record FakeProbe(
        String platform,
        Optional<String> kernelDriver,
        Optional<String> whyDriverDoesNotLoad,
        int newestCuda,
        boolean hasNatives,
        Set<String> missing,
        ComputeCapability computeCapability,
        IntSupplier counting)
        implements CudaProbe {
    private static final ComputeCapability HOPPER = new ComputeCapability(9, 0);

    static final FakeProbe WORKING = new FakeProbe(
            "linux-x86_64", Optional.of("580.65.06"), Optional.empty(), 13000, true, Set.of(), HOPPER, () -> 1);
    static final FakeProbe WITHOUT_GPU = new FakeProbe(
            "linux-x86_64",
            Optional.empty(),
            Optional.of("libcuda.so.1: no such file"),
            0,
            false,
            Set.of(),
            HOPPER,
            () -> {
                throw new AssertionError("LibTorch must not be loaded for this");
            });

    @Override
    public boolean hasLibrary(String file) {
        return !missing.contains(file);
    }

    @Override
    public int devices() {
        return counting.getAsInt();
    }

    @Override
    public String describeDevice() {
        return "cuda:0, a fake";
    }

    FakeProbe onPlatform(String name) {
        return new FakeProbe(
                name, kernelDriver, whyDriverDoesNotLoad, newestCuda, hasNatives, missing, computeCapability, counting);
    }

    FakeProbe withDriver(Optional<String> version, Optional<String> why) {
        return new FakeProbe(platform, version, why, newestCuda, hasNatives, missing, computeCapability, counting);
    }

    FakeProbe supporting(int newest) {
        return new FakeProbe(
                platform, kernelDriver, whyDriverDoesNotLoad, newest, hasNatives, missing, computeCapability, counting);
    }

    FakeProbe withoutNatives() {
        return new FakeProbe(
                platform, kernelDriver, whyDriverDoesNotLoad, newestCuda, false, missing, computeCapability, counting);
    }

    FakeProbe without(String... libraries) {
        return new FakeProbe(
                platform,
                kernelDriver,
                whyDriverDoesNotLoad,
                newestCuda,
                hasNatives,
                Set.of(libraries),
                computeCapability,
                counting);
    }

    FakeProbe ofGeneration(int major, int minor) {
        return new FakeProbe(
                platform,
                kernelDriver,
                whyDriverDoesNotLoad,
                newestCuda,
                hasNatives,
                missing,
                new ComputeCapability(major, minor),
                counting);
    }

    FakeProbe counting(IntSupplier devices) {
        return new FakeProbe(
                platform,
                kernelDriver,
                whyDriverDoesNotLoad,
                newestCuda,
                hasNatives,
                missing,
                computeCapability,
                devices);
    }
}
