package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code y = x Wᵀ + b}, W (out, in). */
@Stable
public final class Linear extends Module {
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /** Weight Glorot-uniform, bias zero. */
    public Linear(ModuleContext context, int in, int out, boolean hasBias) {
        this(context, in, out, hasBias, Initializer.xavierUniform());
    }

    public Linear(ModuleContext context, int in, int out, boolean hasBias, Initializer initializer) {
        super(context);
        weight = parameter("weight", initializer, out, in);
        bias = hasBias ? parameter("bias", Initializer.constant(0), out) : null;
    }

    /** (.., in) to (.., out). */
    public Tensor forward(Tensor x) {
        return x.linear(weight.value(), bias == null ? null : bias.value());
    }

    /** As {@link #forward} with only the output features {@code from} to {@code to}, exclusive. */
    public Tensor forward(Tensor x, long from, long to) {
        return x.linear(
                weight.value().slice(0, from, to),
                bias == null ? null : bias.value().slice(0, from, to));
    }
}
