package dev.mneme.backend.libtorch;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.DeviceMemory;
import dev.mneme.tensor.Precision;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Where tensors live, and what LibTorch does differently there. */
public abstract class TorchDevice {
    static {
        NativeEnvironment.prepare();
    }

    private final String name;
    private final Map<DType, TensorOptions> options = new EnumMap<>(DType.class);

    /**
     * A device.
     *
     * @param name in LibTorch's notation, such as {@code cpu} or {@code cuda:0}
     */
    protected TorchDevice(String name) {
        this.name = name;
        try (Device device = new Device(name);
                DeviceOptional here = new DeviceOptional(device)) {
            for (DType dtype : DType.values()) {
                try (TensorOptions anywhere = new TensorOptions(nativeType(dtype))) {
                    options.put(dtype, Constants.kept(anywhere.device(here)));
                }
            }
        }
    }

    /** The CPU. */
    public static TorchDevice cpu() {
        return CpuDevice.INSTANCE;
    }

    /** In LibTorch's notation. */
    public final String name() {
        return name;
    }

    /** A random generator of this device; the caller closes it. */
    protected abstract Generator generator(long seed);

    /** What it computes F32 tensors in; F32 first. */
    protected abstract List<Precision> precisions();

    /**
     * Prepares for one of {@link #precisions}. What is set here holds for the whole process, until the next call.
     */
    protected abstract void use(Precision precision);

    /** Facts for {@code mneme doctor}, beside those of the library. */
    protected abstract Map<String, String> details();

    /** What the device's own allocator says; empty where tensors are in the memory of the process. */
    protected Optional<DeviceMemory> memory() {
        return Optional.empty();
    }

    /**
     * A new host tensor that {@link #upload} will be given. Devices that copy by themselves take page-locked memory.
     *
     * @param shape sizes of the dimensions
     */
    protected Tensor staging(long[] shape, DType dtype) {
        return torch.empty(shape, cpu().options(dtype), null);
    }

    /**
     * A host tensor copied here. The copy may still be under way when this returns: later operations on this device wait
     * for it, and the host tensor's memory is not used again before it is done.
     *
     * @return the caller closes it
     */
    protected Tensor upload(Tensor staged, DType dtype) {
        return staged.to(options(dtype), false, false, null);
    }

    /** A tensor copied to the host, complete when this returns; the caller closes it. */
    protected Tensor download(Tensor x) {
        return x.cpu();
    }

    /** Waits until all that was started here is done. */
    protected void synchronize() {}

    /** Whether tensors are in the memory of the process, so that nothing is copied. */
    final boolean isHost() {
        return name.equals("cpu");
    }

    /** Element type and device of new tensors. */
    protected final TensorOptions options(DType dtype) {
        return options.get(dtype);
    }

    /** LibTorch's name of a type. */
    protected static torch.ScalarType nativeType(DType dtype) {
        return switch (dtype) {
            case F32 -> torch.ScalarType.Float;
            case F64 -> torch.ScalarType.Double;
            case BF16 -> torch.ScalarType.BFloat16;
            case F16 -> torch.ScalarType.Half;
            case I64 -> torch.ScalarType.Long;
            case BOOL -> torch.ScalarType.Bool;
        };
    }
}
