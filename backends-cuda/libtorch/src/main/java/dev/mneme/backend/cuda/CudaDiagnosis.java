package dev.mneme.backend.cuda;

import dev.mneme.tensor.Availability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether LibTorch can use a GPU here; if not, everything that is missing, with the versions that were seen. */
final class CudaDiagnosis {
    /** What CUDA 13.1, which the natives are built with, asks of the driver. */
    static final int OLDEST_DRIVER = 580;

    /** What LibTorch's natives link to, in the versions of CUDA 13.1 and cuDNN 9.19. */
    static final List<String> LIBRARIES = List.of(
            "libcudart.so.13",
            "libcublas.so.13",
            "libcublasLt.so.13",
            "libcudnn.so.9",
            "libcufft.so.12",
            "libcurand.so.10",
            "libcusolver.so.12",
            "libcusparse.so.12",
            "libcupti.so.13",
            "libnccl.so.2",
            "libnvrtc.so.13");

    private static final String PLATFORM = "linux-x86_64";
    private static final String NATIVES = "mneme-backend-cuda-libtorch-natives";

    private final CudaProbe probe;
    private final List<String> reasons = new ArrayList<>();
    private final List<String> remedies = new ArrayList<>();

    private CudaDiagnosis(CudaProbe probe) {
        this.probe = probe;
    }

    /** Never throws; loads LibTorch only where nothing is missing. */
    static Availability of(CudaProbe probe) {
        if (!probe.platform().equals(PLATFORM)) {
            return new Availability.Unavailable(
                    "LibTorch's natives for CUDA are for " + PLATFORM + ", this is " + probe.platform(), "");
        }
        Optional<String> driver = probe.kernelDriver();
        Optional<String> noLibrary = probe.whyDriverDoesNotLoad();
        if (driver.isEmpty() && noLibrary.isPresent() && !probe.hasNatives()) {
            return new Availability.Unavailable(
                    "no NVIDIA GPU is seen here (no /proc/driver/nvidia/version, no libcuda.so.1)", "");
        }
        return new CudaDiagnosis(probe).diagnose(driver, noLibrary);
    }

    private Availability diagnose(Optional<String> driver, Optional<String> noLibrary) {
        checkDriver(driver, noLibrary);
        checkNatives();
        if (!reasons.isEmpty()) {
            driver.filter(version -> major(version) >= OLDEST_DRIVER)
                    .ifPresent(version -> reasons.add("NVIDIA's driver is " + version));
            return new Availability.Unavailable(String.join("; ", reasons), String.join("; ", remedies));
        }
        return load(driver.orElse("unknown"));
    }

    private void checkDriver(Optional<String> driver, Optional<String> noLibrary) {
        if (driver.isEmpty()) {
            reasons.add("NVIDIA's kernel driver is not loaded (no /proc/driver/nvidia/version)");
        } else if (major(driver.get()) < OLDEST_DRIVER) {
            reasons.add("NVIDIA's driver is " + driver.get() + ", CUDA 13.1 needs " + OLDEST_DRIVER + " or newer");
        }
        noLibrary.ifPresent(why -> reasons.add("the driver's library libcuda.so.1 does not load: " + why));
        if (!reasons.isEmpty()) {
            remedies.add("install NVIDIA's driver " + OLDEST_DRIVER
                    + " or newer; in a container, pass the GPU on (such as docker run --gpus all)");
        }
    }

    private static int major(String version) {
        return Integer.parseInt(version.substring(0, version.indexOf('.')));
    }

    private void checkNatives() {
        if (!probe.hasNatives()) {
            reasons.add("LibTorch's natives for GPUs (org.bytedeco:pytorch, classifier linux-x86_64-gpu) are not on the"
                    + " class path");
            remedies.add(
                    "add dev.mneme:" + NATIVES + " with type pom to your dependencies, or its jars (about 850 MB) to"
                            + " lib/ of the distribution");
            return;
        }
        String missing =
                LIBRARIES.stream().filter(library -> !probe.hasLibrary(library)).collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            reasons.add("CUDA's runtime is incomplete, neither the class path nor the system has " + missing);
            remedies.add(
                    "install CUDA 13 and cuDNN 9, with their folder in LD_LIBRARY_PATH unless it is one the system"
                            + " searches, or add org.bytedeco:cuda-redist, classifier linux-x86_64, in the version of mneme-bom");
        }
    }

    private Availability load(String driver) {
        try {
            if (probe.devices() == 0) {
                return new Availability.Unavailable(
                        "LibTorch finds no GPU that it can use; NVIDIA's driver is " + driver,
                        "look at nvidia-smi and at CUDA_VISIBLE_DEVICES");
            }
            return new Availability.Available(probe.describeDevice());
        } catch (LinkageError | RuntimeException e) {
            return new Availability.Unavailable(
                    "LibTorch's natives for GPUs do not load: " + rootMessage(e) + "; NVIDIA's driver is " + driver,
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
