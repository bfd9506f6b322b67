package dev.mneme.backend.cuda;

import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/** A machine as a test wants it: one that works, but for what {@link #but} changes. */
final class FakeProbe implements CudaProbe {
    String platform = "linux-x86_64";
    Optional<String> kernelDriver = Optional.of("580.65.06");
    Optional<String> whyDriverDoesNotLoad = Optional.empty();
    int newestCuda = 13000;
    boolean hasNatives = true;
    /** Libraries of CUDA's runtime that it does not have. */
    Set<String> missing = Set.of();

    ComputeCapability computeCapability = new ComputeCapability(9, 0);
    /** Counts GPUs, or fails as the natives would. */
    IntSupplier devices = () -> 1;

    static FakeProbe but(Consumer<FakeProbe> change) {
        FakeProbe probe = new FakeProbe();
        change.accept(probe);
        return probe;
    }

    @Override
    public String platform() {
        return platform;
    }

    @Override
    public Optional<String> kernelDriver() {
        return kernelDriver;
    }

    @Override
    public Optional<String> whyDriverDoesNotLoad() {
        return whyDriverDoesNotLoad;
    }

    @Override
    public int newestCuda() {
        return newestCuda;
    }

    @Override
    public boolean hasNatives() {
        return hasNatives;
    }

    @Override
    public boolean hasLibrary(String file) {
        return !missing.contains(file);
    }

    @Override
    public int devices() {
        return devices.getAsInt();
    }

    @Override
    public ComputeCapability computeCapability() {
        return computeCapability;
    }

    @Override
    public String describeDevice() {
        return "cuda:0, a fake";
    }
}
