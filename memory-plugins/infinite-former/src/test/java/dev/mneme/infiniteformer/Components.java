package dev.mneme.infiniteformer;

import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parts of one layer without a backbone, F64. */
final class Components implements AutoCloseable {
    private final TensorBackend backend;
    private final InfiniteFormerConfig config;
    private final GaussianBasis gaussians;
    private final ExpectedBasis basis;
    private final Gate gate;
    private final SignalRead read;
    private final Refit refit;
    private final StickySampling sampling;

    Components(
            TensorBackend backend,
            InfiniteFormerConfig config,
            GaussianBasis gaussians,
            int dim,
            int heads,
            int length) {
        this.backend = backend;
        this.config = config;
        this.gaussians = gaussians;
        ModuleContext context = new ModuleContext(backend, DType.F64, 3);
        Sizes sizes = new Sizes(1, dim, heads, length, 0, length, false);
        basis = new ExpectedBasis(context, gaussians);
        gate = new Gate(context.child("gate"), dim);
        read = new SignalRead(context.child("read"), sizes, gaussians.count(), config.varianceFloor());
        refit = new Refit(context, config, gaussians, length);
        sampling = new StickySampling(context, config, gaussians);
    }

    Components(TensorBackend backend, InfiniteFormerConfig config, int dim, int heads, int length) {
        this(backend, config, config.gaussians(), dim, heads, length);
    }

    Map<String, Parameter> parameters() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        gate.parameters().forEach((path, parameter) -> all.put("gate." + path, parameter));
        read.parameters().forEach((path, parameter) -> all.put("read." + path, parameter));
        return all;
    }

    ExpectedBasis basis() {
        return basis;
    }

    Gate gate() {
        return gate;
    }

    SignalRead read() {
        return read;
    }

    Refit refit() {
        return refit;
    }

    StickySampling sampling() {
        return sampling;
    }

    /** The signal after vectors (batch, n, dim) were written as they are; sampled evenly. */
    Tensor fit(@Nullable Tensor signal, Tensor vectors) {
        int batch = Math.toIntExact(vectors.size(0));
        int[] lengths = new int[batch];
        boolean[] isFirst = new boolean[batch];
        Arrays.fill(lengths, Math.toIntExact(vectors.size(1)));
        Arrays.fill(isFirst, signal == null);
        Tensor old =
                signal != null ? signal : backend.zeros(Shape.of(batch, refit.oldRows(), vectors.size(2)), DType.F64);
        return refit.factors(lengths, isFirst).matmul(backend.concat(List.of(old, vectors), 1));
    }

    /** The signal (batch, N, dim) at some points: (batch, points, dim). */
    Tensor at(Tensor signal, double... points) {
        return matrix(gaussians.at(points)).matmul(signal);
    }

    /** Where queries look, and what they find. */
    record Found(Densities densities, Tensor context) {}

    Found read(Tensor queries, Tensor signal) {
        Densities densities = read.densities(queries, read.focus(signal));
        Tensor expected = basis.forward(densities.mean(), densities.variance());
        return new Found(densities, read.read(expected, read.values(signal)));
    }

    Tensor matrix(double[][] rows) {
        double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        return backend.tensor(flat, Shape.of(rows.length, rows[0].length), DType.F64);
    }

    InfiniteFormerConfig config() {
        return config;
    }

    @Override
    public void close() {
        basis.close();
        gate.close();
        read.close();
        refit.close();
        sampling.close();
    }
}
