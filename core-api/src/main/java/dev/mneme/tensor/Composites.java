package dev.mneme.tensor;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Default implementations of composite operations in terms of primitives: the slow truth beside the engines' own. */
final class Composites {
    private Composites() {}

    static MnemeException shapeMismatch(String operation, String expected, Object... found) {
        StringBuilder shapes = new StringBuilder();
        for (Object shape : found) {
            shapes.append(shapes.isEmpty() ? "" : " and ").append(shape);
        }
        return new MnemeException(ErrorCode.SHAPE_MISMATCH, operation + ": expected " + expected + ", got " + shapes);
    }

    /** Evaluates a formula so that only its result stays open: the steps have no other owner outside of scopes. */
    private static Tensor result(TensorBackend backend, Supplier<Tensor> formula) {
        try (TensorScope scope = backend.scope()) {
            return scope.keep(formula.get());
        }
    }

    private static Tensor constant(Tensor like, double value) {
        return like.backend().full(Shape.scalar(), value, like.dtype());
    }

    static Tensor withConstant(Tensor x, double value, BinaryOperator<Tensor> operation) {
        return result(x.backend(), () -> operation.apply(x, constant(x, value)));
    }

    static Tensor ne(Tensor a, Tensor b) {
        return result(a.backend(), () -> a.eq(b).logicalNot());
    }

    static Tensor clamp(Tensor x, double low, double high) {
        return result(x.backend(), () -> {
            Tensor lower = constant(x, low);
            Tensor upper = constant(x, high);
            return x.lt(lower).where(lower, upper.lt(x).where(upper, x));
        });
    }

    static Tensor gelu(Tensor x) {
        return result(
                x.backend(), () -> x.mul(x.mul(Math.sqrt(0.5)).erf().add(1).mul(0.5)));
    }

    static Tensor silu(Tensor x) {
        return result(x.backend(), () -> x.mul(x.sigmoid()));
    }

    static Tensor softplus(Tensor x) {
        return result(x.backend(), () -> {
            Tensor correction = x.abs().neg().exp().add(1).log();
            // Not relu: at 0 the halved gradient of maximum is the right one.
            return x.maximum(constant(x, 0)).add(correction);
        });
    }

    static Tensor mean(Tensor x, boolean keepDim, int... dims) {
        return result(x.backend(), () -> {
            long count = dims.length == 0 ? x.shape().elements() : 1;
            for (int dim : dims) {
                count *= x.size(dim);
            }
            return x.sum(keepDim, dims).mul(1.0 / count);
        });
    }

    static Tensor variance(Tensor x, boolean keepDim, int... dims) {
        return result(x.backend(), () -> x.sub(x.mean(true, dims)).square().mean(keepDim, dims));
    }

    static Tensor min(Tensor x, int dim, boolean keepDim) {
        return result(x.backend(), () -> x.neg().max(dim, keepDim).neg());
    }

    static Tensor oneHot(Tensor ids, long classes, DType dtype) {
        return result(
                ids.backend(),
                () -> ids.unsqueeze(-1).eq(ids.backend().arange(0, classes)).to(dtype));
    }

    static Tensor stack(TensorBackend backend, List<Tensor> tensors, int dim) {
        return result(
                backend,
                () -> backend.concat(tensors.stream().map(t -> t.unsqueeze(dim)).toList(), dim));
    }

    static Tensor transpose(Tensor x, int a, int b) {
        int[] order = IntStream.range(0, x.rank()).toArray();
        int first = x.shape().dim(a);
        int second = x.shape().dim(b);
        order[first] = second;
        order[second] = first;
        return x.permute(order);
    }

    static Tensor squeeze(Tensor x, int dim) {
        if (x.size(dim) != 1) {
            throw shapeMismatch("squeeze", "size 1 at dimension " + dim, x.shape());
        }
        return x.reshape(x.shape().without(dim).toArray());
    }

    static Tensor select(Tensor x, int dim, long index) {
        long at = index < 0 ? index + x.size(dim) : index;
        if (at < 0 || at >= x.size(dim)) {
            throw shapeMismatch("select", "an index into dimension " + dim + " of " + x.shape(), index);
        }
        return result(
                x.backend(),
                () -> x.slice(dim, at, at + 1).reshape(x.shape().without(dim).toArray()));
    }

    static List<Tensor> split(Tensor x, int dim, int parts) {
        if (parts < 1 || x.size(dim) % parts != 0) {
            throw shapeMismatch("split", "parts that divide dimension " + dim + " of " + x.shape(), parts);
        }
        long size = x.size(dim) / parts;
        List<Tensor> slices = new ArrayList<>(parts);
        for (int part = 0; part < parts; part++) {
            slices.add(x.slice(dim, part * size, (part + 1) * size));
        }
        return slices;
    }

    static Tensor flip(Tensor x, int dim) {
        long[] reversed = new long[Math.toIntExact(x.size(dim))];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = reversed.length - 1L - i;
        }
        return result(x.backend(), () -> x.indexSelect(dim, x.backend().tensor(reversed, Shape.of(reversed.length))));
    }

    static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (weight.rank() != 2 || x.rank() < 1 || x.size(-1) != weight.size(1)) {
            throw shapeMismatch("linear", "an input (.., in) and a weight (out, in)", x.shape(), weight.shape());
        }
        return result(x.backend(), () -> {
            Tensor rows = x.reshape(x.shape().without(-1).elements(), x.size(-1));
            Tensor product = rows.matmul(weight.transpose(0, 1));
            Tensor shifted = bias == null ? product : product.add(bias);
            return shifted.reshape(x.shape().with(-1, weight.size(0)).toArray());
        });
    }

    static Tensor softmax(Tensor x, int dim) {
        if (x.size(dim) == 0) {
            return x.mul(1);
        }
        return result(x.backend(), () -> {
            Tensor exponentials = x.sub(x.detach().max(dim, true)).exp();
            return exponentials.div(exponentials.sum(true, dim));
        });
    }

    static Tensor logSoftmax(Tensor x, int dim) {
        if (x.size(dim) == 0) {
            return x.mul(1);
        }
        return result(x.backend(), () -> {
            Tensor shifted = x.sub(x.detach().max(dim, true));
            return shifted.sub(shifted.exp().sum(true, dim).log());
        });
    }

    static Tensor logSumExp(Tensor x, int dim, boolean keepDim) {
        return result(x.backend(), () -> {
            Tensor maximum = x.detach().max(dim, true);
            // An infinite maximum would make infinity - infinity of itself.
            Tensor shift = maximum.maskedFill(maximum.abs().eq(Double.POSITIVE_INFINITY), 0);
            Tensor total = x.sub(shift).exp().sum(true, dim).log().add(shift);
            return keepDim ? total : total.squeeze(dim);
        });
    }

    static Tensor layerNorm(Tensor x, @Nullable Tensor gain, @Nullable Tensor bias, double epsilon) {
        return result(x.backend(), () -> {
            Tensor centred = x.sub(x.mean(true, -1));
            Tensor normal =
                    centred.mul(centred.square().mean(true, -1).add(epsilon).rsqrt());
            Tensor scaled = gain == null ? normal : normal.mul(gain);
            return bias == null ? scaled : scaled.add(bias);
        });
    }

    static Tensor rmsNorm(Tensor x, @Nullable Tensor gain, double epsilon) {
        return result(x.backend(), () -> {
            Tensor normal = x.mul(x.square().mean(true, -1).add(epsilon).rsqrt());
            return gain == null ? normal : normal.mul(gain);
        });
    }

    static Tensor embedding(Tensor table, Tensor ids) {
        if (table.rank() != 2) {
            throw shapeMismatch("embedding", "a table (rows, dim)", table.shape());
        }
        return result(table.backend(), () -> {
            Tensor rows = table.indexSelect(0, ids.reshape(ids.shape().elements()));
            return rows.reshape(ids.shape().inserting(-1, table.size(1)).toArray());
        });
    }

    static Tensor attention(Tensor query, Tensor key, Tensor value, Attention attention) {
        return result(query.backend(), () -> {
            Tensor weights = query.attentionWeights(key, attention);
            Tensor kept =
                    attention.dropout() > 0 ? weights.dropout(attention.dropout(), attention.dropoutKey()) : weights;
            return kept.matmul(value);
        });
    }

    static Tensor attentionWeights(Tensor query, Tensor key, Attention attention) {
        if (query.rank() != 4 || key.rank() != 4 || query.size(-1) != key.size(-1)) {
            throw shapeMismatch(
                    "attention",
                    "queries (B, H, L, K) and keys (B, H, S, K) of one head dim",
                    query.shape(),
                    key.shape());
        }
        return result(query.backend(), () -> {
            Tensor scores = query.matmul(key.transpose(-1, -2)).mul(attention.scaleFor(query.size(-1)));
            Tensor biased = attention.bias() == null ? scores : scores.add(attention.bias());
            Tensor allowed = allowed(attention, query, key);
            if (allowed == null) {
                return biased.softmax(-1);
            }
            Tensor forbidden = allowed.logicalNot();
            return biased.maskedFill(forbidden, floor(query.dtype()))
                    .softmax(-1)
                    .maskedFill(forbidden, 0);
        });
    }

    /** Finite instead of -infinity: a row without any allowed key must give zeros, not NaN. */
    private static double floor(DType dtype) {
        return switch (dtype) {
            case F64 -> -1e300;
            case F16 -> -6e4;
            default -> -1e30;
        };
    }

    private static @Nullable Tensor allowed(Attention attention, Tensor query, Tensor key) {
        if (!attention.causal()) {
            return attention.mask();
        }
        Tensor causal = causalMask(query.backend(), query.size(-2), key.size(-2));
        return attention.mask() == null ? causal : causal.logicalAnd(attention.mask());
    }

    /** (length, keys): true where key j is not after query i, aligned at the end. */
    static Tensor causalMask(TensorBackend backend, long length, long keys) {
        Tensor queryPosition = backend.arange(keys - length, keys).unsqueeze(1);
        return backend.arange(0, keys).unsqueeze(0).le(queryPosition);
    }

    static Tensor crossEntropy(Tensor logits, Tensor targets, double labelSmoothing) {
        if (logits.rank() != 2 || targets.rank() != 1 || logits.size(0) != targets.size(0)) {
            throw shapeMismatch(
                    "crossEntropy", "logits (rows, classes) and targets (rows)", logits.shape(), targets.shape());
        }
        return result(logits.backend(), () -> {
            Tensor zero = constant(targets, 0);
            Tensor ignored = targets.lt(zero);
            Tensor logProbabilities = logits.logSoftmax(-1);
            Tensor picked = logProbabilities
                    .gather(1, ignored.where(zero, targets).unsqueeze(1))
                    .squeeze(1)
                    .mul(-(1 - labelSmoothing));
            // Apart for 0: a class of probability 0 would make 0 * -infinity of it.
            Tensor perRow = labelSmoothing == 0
                    ? picked
                    : picked.sub(logProbabilities.mean(false, -1).mul(labelSmoothing));
            Tensor counted = ignored.logicalNot().to(logits.dtype()).sum();
            return perRow.maskedFill(ignored, 0).sum().div(counted.maximum(constant(logits, 1)));
        });
    }

    static Tensor dropout(Tensor x, double probability, long key) {
        if (probability <= 0) {
            return x.to(x.dtype());
        }
        if (probability >= 1) {
            return x.mul(0);
        }
        return result(x.backend(), () -> {
            Tensor dropped = x.backend().uniform(x.shape(), x.dtype(), key).lt(probability);
            return x.maskedFill(dropped, 0).mul(1 / (1 - probability));
        });
    }

    static Tensor globalNorm(TensorBackend backend, List<? extends Tensor> tensors) {
        return result(backend, () -> {
            List<Tensor> squares = tensors.stream()
                    .map(t -> t.square().sum().reshape(1).to(tensors.get(0).dtype()))
                    .toList();
            return backend.concat(squares, 0).sum().sqrt();
        });
    }

    static void adamW(TensorBackend backend, AdamWStep step) {
        double correction1 = 1 - Math.pow(step.beta1(), step.step());
        double correction2 = 1 - Math.pow(step.beta2(), step.step());
        try (GradientMode off = backend.noGradient()) {
            for (int i = 0; i < step.parameters().size(); i++) {
                try (TensorScope scope = backend.scope()) {
                    Tensor value = step.parameters().get(i);
                    Tensor gradient = step.gradients().get(i).mul(step.gradientScale());
                    Tensor first = step.firstMoments().get(i);
                    Tensor second = step.secondMoments().get(i);
                    first.assign(first.mul(step.beta1()).add(gradient.mul(1 - step.beta1())));
                    second.assign(second.mul(step.beta2()).add(gradient.square().mul(1 - step.beta2())));
                    Tensor denominator = second.mul(1 / correction2).sqrt().add(step.epsilon());
                    Tensor update = first.mul(step.learningRate() / correction1).div(denominator);
                    value.assign(
                            value.mul(1 - step.learningRate() * step.decays().get(i))
                                    .sub(update));
                }
            }
        }
    }
}
