package dev.mneme.backend.libtorch;

import dev.mneme.tensor.DType;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongFunction;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Where tensors live, as LibTorch's creation functions want it told. */
public final class TorchDevice {
    static {
        NativeEnvironment.prepare();
    }

    private static final TorchDevice CPU = new TorchDevice("cpu", torch::make_generator_cpu);

    private final String name;
    private final LongFunction<Generator> generators;
    private final Map<DType, TensorOptions> options = new EnumMap<>(DType.class);

    /**
     * A device.
     *
     * @param name in LibTorch's notation, such as {@code cpu} or {@code cuda:0}
     * @param generators makes a random generator of this device from a seed
     */
    public TorchDevice(String name, LongFunction<Generator> generators) {
        this.name = name;
        this.generators = generators;
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
        return CPU;
    }

    /** In LibTorch's notation. */
    public String name() {
        return name;
    }

    boolean isHost() {
        return name.equals("cpu");
    }

    /** Element type and device of new tensors. */
    TensorOptions options(DType dtype) {
        return options.get(dtype);
    }

    Generator generator(long seed) {
        return generators.apply(seed);
    }

    static torch.ScalarType nativeType(DType dtype) {
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
