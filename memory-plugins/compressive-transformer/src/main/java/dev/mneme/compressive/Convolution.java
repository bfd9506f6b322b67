package dev.mneme.compressive;

import dev.mneme.nn.Initializer;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.List;

/**
 * {@code y_t = b + Σ_j W[:, :, j] x[t c + j q - (q - 1)(c - 1)]}, c taps, q rows from one to the next, zeros before the first
 * row. With q = 1 a block is made of its own c rows; with more, its taps end at its last row and reach farther back.
 */
final class Convolution extends Compressor {
    private final int rate;
    private final int dilation;
    private final Parameter weight;
    private final Parameter bias;

    /** Weights (out, in, tap) normal with variance 1 / (dim c), bias 0. */
    Convolution(ModuleContext context, int dim, int rate, int dilation) {
        super(context);
        this.rate = rate;
        this.dilation = dilation;
        weight = parameter("weight", Initializer.normal(1 / Math.sqrt((double) dim * rate)), dim, dim, rate);
        bias = parameter("bias", Initializer.constant(0), dim);
    }

    @Override
    Tensor compress(Tensor rows) {
        long batch = rows.size(0);
        long dim = rows.size(2);
        long blocks = rows.size(1) / rate;
        Tensor windows = dilation == 1 ? rows : dilated(rows, blocks);
        Tensor joined = weight.value().permute(0, 2, 1).reshape(dim, rate * dim);
        return windows.reshape(batch, blocks, rate * dim).linear(joined, bias.value());
    }

    /** The rows under the taps of each block, (batch, T c, dim). */
    private Tensor dilated(Tensor rows, long blocks) {
        TensorBackend backend = rows.backend();
        int before = (dilation - 1) * (rate - 1);
        Tensor zeros = backend.zeros(rows.shape().with(1, before), rows.dtype());
        long[] index = new long[Math.toIntExact(blocks) * rate];
        for (int i = 0; i < index.length; i++) {
            index[i] = (long) i / rate * rate + (long) i % rate * dilation;
        }
        return backend.concat(List.of(zeros, rows), 1).indexSelect(1, backend.tensor(index, Shape.of(index.length)));
    }
}
