package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** LayerNorm (Ba et al., arXiv 1607.06450) or RMSNorm (Zhang and Sennrich, arXiv 1910.07467) over the last dimension. */
@Stable
public final class Normalization extends Module {
    /** Which of the two. */
    public enum Kind {
        LAYER,
        RMS
    }

    private final Kind kind;
    private final double epsilon;
    private final Parameter gain;
    private final @Nullable Parameter bias;

    /** Gain 1, bias (LayerNorm only) 0. */
    public Normalization(ModuleContext context, Kind kind, int dim, double epsilon) {
        super(context);
        this.kind = kind;
        this.epsilon = epsilon;
        gain = parameter("gain", Initializer.constant(1), dim);
        bias = kind == Kind.LAYER ? parameter("bias", Initializer.constant(0), dim) : null;
    }

    public Tensor forward(Tensor x) {
        return kind == Kind.RMS
                ? x.rmsNorm(gain.value(), epsilon)
                : x.layerNorm(gain.value(), bias == null ? null : bias.value(), epsilon);
    }
}
