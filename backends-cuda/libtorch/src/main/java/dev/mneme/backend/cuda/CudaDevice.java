package dev.mneme.backend.cuda;

import dev.mneme.backend.libtorch.TorchDevice;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.DeviceMemory;
import dev.mneme.tensor.Precision;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Stat;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * The first GPU that CUDA shows; CUDA_VISIBLE_DEVICES chooses another. Kernels and copies run in the order they are
 * issued, beside the Java threads; only reading a result waits.
 */
final class CudaDevice extends TorchDevice {
    private static final byte INDEX = 0;
    /** Ampere, the first generation with TF32 and brain floats. */
    private static final int AMPERE = 8;

    private final Properties properties;
    private final Map<DType, TensorOptions> pinned = new EnumMap<>(DType.class);

    private record Properties(String name, ComputeCapability capability, long bytes) {
        static Properties read() {
            cudaDeviceProp properties = torch_cuda.getDeviceProperties(INDEX); // the library's own, not to be closed
            return new Properties(
                    properties.name().getString(),
                    new ComputeCapability(properties.major(), properties.minor()),
                    properties.totalGlobalMem());
        }
    }

    private static final class First {
        static final CudaDevice INSTANCE = new CudaDevice();
    }

    /** The device; loads the natives. */
    static CudaDevice first() {
        return First.INSTANCE;
    }

    private CudaDevice() {
        super("cuda:" + INDEX);
        // Before the first tensor the allocator knows of no device, and asking it fails.
        torch.globalContext().lazyInitDevice(torch.DeviceType.CUDA);
        this.properties = Properties.read();
        for (DType dtype : DType.values()) {
            try (TensorOptions plain = new TensorOptions(nativeType(dtype));
                    BoolOptional locked = new BoolOptional(true)) {
                TensorOptions options = plain.pinned_memory(locked);
                options.retainReference(); // lives as long as the process
                pinned.put(dtype, options);
            }
        }
    }

    /** For listings: what it is, what it can do, how large it is. */
    String description() {
        return String.format(
                Locale.ROOT,
                "%s, %s, compute capability %s, %.0f GB",
                name(),
                properties.name(),
                properties.capability(),
                properties.bytes() / 1e9);
    }

    ComputeCapability computeCapability() {
        return properties.capability();
    }

    @Override
    protected Generator generator(long seed) {
        Generator generator = torch_cuda.make_generator_cuda(INDEX);
        generator.set_current_seed(seed);
        return generator;
    }

    @Override
    protected List<Precision> precisions() {
        return properties.capability().major() >= AMPERE
                ? List.of(Precision.F32, Precision.TF32, Precision.BF16)
                : List.of(Precision.F32);
    }

    /** Brain floats do not touch the switch: what is left of F32 products beside them keeps what was chosen before. */
    @Override
    protected void use(Precision precision) {
        if (precision != Precision.BF16) {
            Context context = torch.globalContext(); // the library's own, not to be closed
            context.setAllowTF32CuBLAS(precision == Precision.TF32);
        }
    }

    @Override
    protected Map<String, String> details() {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("GPU", description());
        new SystemProbe().kernelDriver().ifPresent(version -> details.put("NVIDIA driver", version));
        try (BytePointer text = torch.show_config()) {
            text.getString().lines().map(String::strip).forEach(line -> {
                put(details, line, "- CUDA Runtime ", "CUDA runtime");
                put(details, line, "- CuDNN ", "cuDNN");
            });
        }
        return details;
    }

    private static void put(Map<String, String> details, String line, String beginning, String name) {
        if (line.startsWith(beginning)) {
            details.put(name, line.substring(beginning.length()));
        }
    }

    @Override
    protected Optional<DeviceMemory> memory() {
        try (DeviceStats stats = torch_cuda.getAllocator().getDeviceStats(INDEX)) {
            Stat allocated = stats.allocated_bytes();
            Stat reserved = stats.reserved_bytes();
            return Optional.of(
                    new DeviceMemory(allocated.current(), allocated.peak(), reserved.current(), reserved.peak()));
        }
    }

    @Override
    protected void synchronize() {
        torch_cuda.device_synchronize();
    }

    // ---- copies ----

    /** Page-locked, so that the copy needs no staging by the driver; the allocator keeps such pages for reuse. */
    @Override
    protected Tensor staging(long[] shape, DType dtype) {
        return torch.empty(shape, pinned.get(dtype), null);
    }

    /** Does not wait: LibTorch's allocator of page-locked memory marks the pages free when the copy is done. */
    @Override
    protected Tensor upload(Tensor staged, DType dtype) {
        return staged.to(options(dtype), true, false, null);
    }
}
