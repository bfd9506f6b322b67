package dev.mneme.backend.cuda;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import dev.mneme.backend.libtorch.TorchNatives;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch_cuda;

/** Looks at this machine. CUDA's runtime is looked for, not loaded: JavaCPP must be the first to load it. */
final class SystemProbe implements CudaProbe {
    private static final String DRIVER = "libcuda.so.1";
    private static final Path DRIVER_VERSION = Path.of("/proc/driver/nvidia/version");
    private static final Pattern VERSION = Pattern.compile("Kernel Module.*?\\s(\\d+(?:\\.\\d+)+)\\s");
    private static final List<String> SYSTEM_FOLDERS = List.of(
            "/usr/local/cuda-13.1/lib64",
            "/usr/local/cuda-13.1/extras/CUPTI/lib64",
            "/usr/local/cuda/lib64",
            "/usr/local/cuda/extras/CUPTI/lib64",
            "/usr/lib64",
            "/usr/lib/x86_64-linux-gnu");
    private static final String NATIVES = "/org/bytedeco/pytorch/linux-x86_64-gpu/libtorch_cuda.so";
    private static final String RUNTIME = "/org/bytedeco/cuda/linux-x86_64/";

    @Override
    public String platform() {
        return Loader.Detector.getPlatform();
    }

    @Override
    public Optional<String> kernelDriver() {
        try {
            return driverVersion(Files.readString(DRIVER_VERSION));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** From the text of {@code /proc/driver/nvidia/version}, whose first line differs between the two kinds of driver. */
    static Optional<String> driverVersion(String text) {
        Matcher matcher = VERSION.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    @Override
    public Optional<String> whyDriverDoesNotLoad() {
        try {
            NativeLibrary.getInstance(DRIVER);
            return Optional.empty();
        } catch (UnsatisfiedLinkError e) {
            // JNA's first line only repeats the name; the next one is the linker's.
            List<String> lines = String.valueOf(e.getMessage()).lines().toList();
            return Optional.of(lines.get(Math.min(1, lines.size() - 1)).strip());
        }
    }

    @Override
    public int newestCuda() {
        IntByReference version = new IntByReference();
        Function newest = NativeLibrary.getInstance(DRIVER).getFunction("cuDriverGetVersion");
        int error = newest.invokeInt(new Object[] {version});
        return error == 0 ? version.getValue() : 0;
    }

    @Override
    public boolean hasNatives() {
        return torch_cuda.class.getResource(NATIVES) != null;
    }

    @Override
    public boolean hasLibrary(String file) {
        return torch_cuda.class.getResource(RUNTIME + file) != null
                || folders().anyMatch(folder -> Files.exists(Path.of(folder, file)));
    }

    private static Stream<String> folders() {
        String path = System.getenv("LD_LIBRARY_PATH");
        Stream<String> own = path == null ? Stream.of() : Stream.of(path.split(File.pathSeparator));
        return Stream.concat(own.filter(folder -> !folder.isEmpty()), SYSTEM_FOLDERS.stream());
    }

    @Override
    public int devices() {
        TorchNatives.require(CudaNatives.EXTENSION);
        return torch_cuda.device_count();
    }

    @Override
    public ComputeCapability computeCapability() {
        return CudaDevice.first().computeCapability();
    }

    @Override
    public String describeDevice() {
        return CudaDevice.first().description();
    }
}
