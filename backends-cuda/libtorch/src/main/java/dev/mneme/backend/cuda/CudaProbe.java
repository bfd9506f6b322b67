package dev.mneme.backend.cuda;

import java.util.Optional;

/** What can be seen of a GPU without loading LibTorch. */
interface CudaProbe {
    /** Operating system and processor as JavaCPP names them, such as {@code linux-x86_64}. */
    String platform();

    /** Version of the kernel's driver, such as {@code 580.65.06}; empty where the kernel does not say. */
    Optional<String> kernelDriver();

    /** Whether the driver's library {@code libcuda.so.1} can be loaded; why not, if it cannot. */
    Optional<String> whyDriverDoesNotLoad();

    /** The newest CUDA that the driver's library supports, such as 13010 for 13.1; only where it loads. */
    int newestCuda();

    /** Whether the class path holds LibTorch's natives for GPUs. */
    boolean hasNatives();

    /**
     * Whether a library of CUDA's runtime is on the class path or in a folder of the system.
     *
     * @param file such as {@code libcudnn.so.9}
     */
    boolean hasLibrary(String file);

    /** Loads LibTorch and counts the GPUs it can use; failures of linking come through. */
    int devices();

    /** Generation of the first GPU; only after {@link #devices} found one. */
    ComputeCapability computeCapability();

    /** What the first GPU is; only after {@link #devices} found one. */
    String describeDevice();
}
