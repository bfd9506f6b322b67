package dev.mneme.compressive;

import dev.mneme.nn.Initializer;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.tensor.Tensor;

/** Makes c rows of one again, {@code x[t c + j] = b + W[:, :, j]ᵀ y_t}: a transposed convolution, for auto-encoding. */
final class Decoder extends Module {
    private final int rate;
    private final Parameter weight;
    private final Parameter bias;

    /** Weights (in, out, tap) normal with variance 1 / dim, bias 0. */
    Decoder(ModuleContext context, int dim, int rate) {
        super(context);
        this.rate = rate;
        weight = parameter("weight", Initializer.normal(1 / Math.sqrt(dim)), dim, dim, rate);
        bias = parameter("bias", Initializer.constant(0), dim);
    }

    /** (batch, T, dim) to (batch, T c, dim). */
    Tensor decode(Tensor compressed) {
        long batch = compressed.size(0);
        long blocks = compressed.size(1);
        long dim = compressed.size(2);
        Tensor joined = weight.value().permute(2, 1, 0).reshape(rate * dim, dim);
        return compressed
                .linear(joined, null)
                .reshape(batch, blocks * rate, dim)
                .add(bias.value());
    }
}
