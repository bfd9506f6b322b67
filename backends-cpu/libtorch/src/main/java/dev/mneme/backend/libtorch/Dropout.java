package dev.mneme.backend.libtorch;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Dropout whose mask is a function of the key. Drawing random numbers is nearly all of its cost on the CPU, so four
 * elements share one 64-bit draw; the probability is thereby rounded to a multiple of 2^-16.
 */
final class Dropout {
    private static final int STEPS = 1 << Short.SIZE;
    private static final int PER_DRAW = Long.SIZE / Short.SIZE;

    private Dropout() {}

    /** {@code x} with each element zeroed with a probability strictly between 0 and 1, the others scaled up. */
    static Tensor apply(TorchBackend backend, Tensor x, Shape shape, DType dtype, double probability, long key) {
        long dropped = Math.max(0, Math.min(STEPS - 1, Math.round(probability * STEPS)));
        long count = shape.elements();
        long[] draws = {(count + PER_DRAW - 1) / PER_DRAW};
        try (Generator generator = backend.generator(key);
                GeneratorOptional source = new GeneratorOptional(generator);
                LongOptional unbounded = new LongOptional();
                Tensor bits = torch.empty(draws, backend.device().options(DType.I64), null)) {
            bits.random_(Long.MIN_VALUE, unbounded, source);
            try (Tensor padded = bits.view(torch.ScalarType.Short);
                    Tensor line = padded.narrow(0, 0, count);
                    Tensor uniform = line.view(shape.toArray());
                    Tensor kept = Constants.withScalar(dropped + Short.MIN_VALUE, uniform::ge)) {
                return scaled(x, kept, dtype, 1 / (1 - probability));
            }
        }
    }

    private static Tensor scaled(Tensor x, Tensor kept, DType dtype, double factor) {
        if (dtype == DType.F32 && Autocast.isNarrow(x)) {
            // In two steps: the factor itself would be rounded to three digits and bias the mean.
            try (Tensor some = x.mul(kept)) {
                return Constants.withTensor(factor, dtype, some::mul);
            }
        }
        try (Tensor factors = kept.to(TorchDevice.nativeType(dtype))) {
            Constants.withScalar(factor, factors::mul_);
            return x.mul(factors);
        }
    }
}
