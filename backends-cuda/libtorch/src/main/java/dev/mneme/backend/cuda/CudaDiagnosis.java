package dev.mneme.backend.cuda;

import dev.mneme.tensor.Availability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether LibTorch can use a GPU here; if not, everything that is missing, with the versions that were seen. */
final class CudaDiagnosis {
    /** The oldest driver that runs CUDA 13.1, which the natives are built with: minor versions are compatible. */
    static final int OLDEST_DRIVER = 580;

    private static final int OLDEST_CUDA = 13000;

    /** What LibTorch's natives, and these libraries among themselves, link to; NVRTC is what cuDNN compiles kernels with. */
    static final List<String> LIBRARIES = List.of(
            "libcudart.so.13",
            "libcublas.so.13",
            "libcublasLt.so.13",
            "libcudnn.so.9",
            "libcudnn_graph.so.9",
            "libcudnn_ops.so.9",
            "libcudnn_cnn.so.9",
            "libcudnn_adv.so.9",
            "libcufft.so.12",
            "libcufile.so.0",
            "libcupti.so.13",
            "libcurand.so.10",
            "libcusolver.so.12",
            "libcusparse.so.12",
            "libnccl.so.2",
            "libnvJitLink.so.13",
            "libnvrtc.so.13");

    private static final String PLATFORM = "linux-x86_64";
    private static final String NATIVES = "dev.mneme:mneme-backend-cuda-libtorch-natives with type pom";
    private static final String REDISTRIBUTION = "dev.mneme:mneme-backend-cuda-libtorch-redist with type pom";

    private final CudaProbe probe;
    private final List<String> reasons = new ArrayList<>();
    private final List<String> remedies = new ArrayList<>();

    private CudaDiagnosis(CudaProbe probe) {
        this.probe = probe;
    }

    /** Never throws; loads LibTorch only where nothing is missing. */
    static Availability of(CudaProbe probe) {
        return missing(probe)
                .<Availability>map(unavailable -> unavailable)
                .orElseGet(() -> new CudaDiagnosis(probe).load());
    }

    /** What keeps LibTorch from using a GPU, as far as that can be seen without loading it; empty if nothing does. */
    static Optional<Availability.Unavailable> missing(CudaProbe probe) {
        if (!probe.platform().equals(PLATFORM)) {
            return Optional.of(new Availability.Unavailable(
                    "LibTorch's natives for CUDA are for " + PLATFORM + ", this is " + probe.platform(), ""));
        }
        if (probe.kernelDriver().isEmpty() && probe.whyDriverDoesNotLoad().isPresent() && !probe.hasNatives()) {
            return Optional.of(new Availability.Unavailable(
                    "no NVIDIA GPU is seen here (no /proc/driver/nvidia/version, no libcuda.so.1)", ""));
        }
        return new CudaDiagnosis(probe).check();
    }

    private Optional<Availability.Unavailable> check() {
        checkDriver();
        boolean isDriverSaid = !reasons.isEmpty();
        checkNatives();
        if (reasons.isEmpty()) {
            return Optional.empty();
        }
        if (!isDriverSaid) {
            reasons.add("NVIDIA's driver is " + driver());
        }
        return Optional.of(new Availability.Unavailable(String.join("; ", reasons), String.join("; ", remedies)));
    }

    /** Its version where the kernel says it; Windows's kernel for Linux has the library alone. */
    private String driver() {
        return probe.kernelDriver().orElse("of unknown version");
    }

    private void checkDriver() {
        Optional<String> noLibrary = probe.whyDriverDoesNotLoad();
        if (noLibrary.isPresent()) {
            reasons.add(probe.kernelDriver()
                    .map(version -> "NVIDIA's driver is " + version)
                    .orElse("NVIDIA's kernel driver is not loaded (no /proc/driver/nvidia/version)"));
            reasons.add("the driver's library libcuda.so.1 does not load: " + noLibrary.get());
        } else {
            int newest = probe.newestCuda();
            if (newest < OLDEST_CUDA) {
                reasons.add("NVIDIA's driver is " + driver() + " and supports CUDA " + newest / 1000 + "."
                        + newest % 1000 / 10 + ", CUDA 13.1 needs " + OLDEST_DRIVER + " or newer");
            }
        }
        if (!reasons.isEmpty()) {
            remedies.add("install NVIDIA's driver " + OLDEST_DRIVER
                    + " or newer; in a container, pass the GPU on (such as docker run --gpus all)");
        }
    }

    private void checkNatives() {
        if (!probe.hasNatives()) {
            reasons.add("LibTorch's natives for GPUs (org.bytedeco:pytorch, classifier linux-x86_64-gpu) are not on the"
                    + " class path");
            remedies.add(
                    "add " + NATIVES + " to your dependencies, or its jars (about 460 MB) to lib/ of the distribution");
            return;
        }
        String missing =
                LIBRARIES.stream().filter(library -> !probe.hasLibrary(library)).collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            reasons.add("CUDA's runtime is incomplete, neither the class path nor the system has " + missing);
            remedies.add("install CUDA 13, cuDNN 9 and NCCL 2, with their folders in LD_LIBRARY_PATH unless the system"
                    + " searches them, or add " + REDISTRIBUTION + " (more than 1 GB)");
        }
    }

    private Availability load() {
        try {
            if (probe.devices() == 0) {
                return new Availability.Unavailable(
                        "LibTorch finds no GPU that it can use; NVIDIA's driver is " + driver(),
                        "look at nvidia-smi and at CUDA_VISIBLE_DEVICES");
            }
            if (!probe.computeCapability().isSupported()) {
                return new Availability.Unavailable(
                        probe.describeDevice() + ": LibTorch's natives have code for compute capability "
                                + ComputeCapability.supported() + " alone",
                        "choose another GPU by CUDA_VISIBLE_DEVICES, or --backend libtorch");
            }
            return new Availability.Available(probe.describeDevice());
        } catch (LinkageError | RuntimeException e) {
            return new Availability.Unavailable(
                    "LibTorch's natives for GPUs do not load: " + rootMessage(e) + "; NVIDIA's driver is " + driver(),
                    "use the versions of mneme-bom for pytorch, cuda and cuda-redist, and make sure that no other CUDA comes"
                            + " first in LD_LIBRARY_PATH");
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }
}
