package dev.mneme.backend.libtorch;

import dev.mneme.tensor.Precision;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The processor. */
final class CpuDevice extends TorchDevice {
    static final CpuDevice INSTANCE = new CpuDevice();

    private static final Logger LOG = LoggerFactory.getLogger(CpuDevice.class);

    private boolean hasWarned;

    private CpuDevice() {
        super("cpu");
    }

    @Override
    protected Generator generator(long seed) {
        return torch.make_generator_cpu(seed);
    }

    @Override
    protected List<Precision> precisions() {
        return List.of(Precision.F32, Precision.BF16);
    }

    /** Brain floats work on every processor; where they are emulated they only cost time, which has to be said. */
    @Override
    protected synchronized void use(Precision precision) {
        BrainFloats support = BrainFloats.here();
        if (precision == Precision.BF16 && !support.isNative() && !hasWarned) {
            hasWarned = true;
            LOG.warn("precision bf16 on {}; f32 is likely to be faster here", support.report());
        }
    }

    @Override
    protected Map<String, String> details() {
        return Map.of("bf16", BrainFloats.here().report());
    }
}
