package dev.mneme.cli.run;

import dev.mneme.cli.console.Quantity;
import dev.mneme.tensor.DeviceMemory;
import dev.mneme.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Where an engine computed and, on a device with memory of its own, how much of that it took. */
public final class DeviceFigures {
    private DeviceFigures() {}

    /** As {@code --json} prints it. */
    public static Map<String, Object> toMap(TensorBackend backend) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("device", backend.info().device());
        String gpu = backend.info().details().get("GPU");
        if (gpu != null) {
            map.put("gpu", gpu);
        }
        backend.deviceMemory().ifPresent(memory -> {
            map.put("device_peak_bytes", memory.peakAllocatedBytes());
            map.put("device_reserved_bytes", memory.peakReservedBytes());
        });
        return map;
    }

    /** What the device's allocator has in use now; 0 where tensors are in the memory of the process. */
    public static long bytesInUse(TensorBackend backend) {
        return backend.deviceMemory().map(DeviceMemory::allocatedBytes).orElse(0L);
    }

    /** A sentence for people; empty where tensors are in the memory of the process. */
    public static Optional<String> sentence(TensorBackend backend) {
        return backend.deviceMemory()
                .map(memory -> "on " + backend.info().device() + " at most "
                        + Quantity.bytes(memory.peakAllocatedBytes()) + " in use, "
                        + Quantity.bytes(memory.peakReservedBytes()) + " taken");
    }
}
