package dev.mneme.backend.libtorch;

import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Kernels at {@link dev.mneme.tensor.Precision#BF16}. A tensor that is F32 to its users may then hold brain floats:
 * products leave them so, and whatever mixes the two promotes to F32. LibTorch's own autocast is not used: its lists of
 * operations differ between devices (on the CPU softmax and normalisation stay narrow), and its cache of narrow weights
 * loses their gradient when it is filled in a pass without one, as memory replay begins with. Where gradients are recorded
 * weights are therefore narrowed at each use, and their gradients add up in F32; elsewhere a {@link NarrowCopy} serves.
 */
final class Autocast {
    private Autocast() {}

    /** A kernel of rounding operands: products. */
    static UnaryOperator<Tensor> narrow(UnaryOperator<Tensor> kernel) {
        return x -> in(ScalarType.BFloat16, x, kernel);
    }

    static BinaryOperator<Tensor> narrow(BinaryOperator<Tensor> kernel) {
        return (x, y) -> in(ScalarType.BFloat16, x, a -> in(ScalarType.BFloat16, y, b -> kernel.apply(a, b)));
    }

    /** A product with a weight, which may be a parameter. */
    static BinaryOperator<Tensor> narrow(BinaryOperator<Tensor> kernel, NativeHandle weight) {
        return (x, y) -> in(ScalarType.BFloat16, x, a -> narrow(weight, y, b -> kernel.apply(a, b)));
    }

    /** A product with a weight and a bias, which may be parameters. */
    static TorchKernels.Kernel3 narrow(TorchKernels.Kernel3 kernel, NativeHandle weight, NativeHandle bias) {
        return (x, y, z) ->
                in(ScalarType.BFloat16, x, a -> narrow(weight, y, b -> narrow(bias, z, c -> kernel.apply(a, b, c))));
    }

    /** @param x the borrowed handle of {@code owner} */
    private static Tensor narrow(NativeHandle owner, Tensor x, UnaryOperator<Tensor> kernel) {
        // The mode first: in training it decides with one call.
        boolean keeps = !GradMode.is_enabled() && x.requires_grad() && x.is_leaf() && !holds(ScalarType.BFloat16, x);
        if (!keeps) {
            return in(ScalarType.BFloat16, x, kernel);
        }
        try (Tensor copy = owner.narrowCopy().of(x)) {
            return kernel.apply(copy);
        }
    }

    /** A kernel that needs all digits: exponentials, powers, normalisation, sums. */
    static UnaryOperator<Tensor> wide(UnaryOperator<Tensor> kernel) {
        return x -> in(ScalarType.Float, x, kernel);
    }

    /** A kernel of which only the first operand is a floating tensor. */
    static BinaryOperator<Tensor> wideFirst(BinaryOperator<Tensor> kernel) {
        return (x, y) -> in(ScalarType.Float, x, a -> kernel.apply(a, y));
    }

    /** Whether a tensor that is F32 to its users holds brain floats. */
    static boolean isNarrow(Tensor x) {
        return holds(ScalarType.BFloat16, x);
    }

    /** The binding makes a new object of the enumeration for every answer; only its value can be compared. */
    private static boolean holds(ScalarType type, Tensor x) {
        return x.scalar_type().value == type.value;
    }

    private static Tensor in(ScalarType type, Tensor x, UnaryOperator<Tensor> kernel) {
        if (holds(type, x)) {
            return kernel.apply(x);
        }
        try (Tensor cast = x.to(type)) {
            return kernel.apply(cast);
        }
    }
}
