package dev.mneme.backend.libtorch;

import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Attention through LibTorch's fused kernel. That kernel trusts its arguments, so shapes are checked here; and its own
 * causal flag aligns queries and keys at the start, so it serves only where both are equally many.
 */
final class TorchAttention {
    private static final String OPERATION = "attention";

    private TorchAttention() {}

    static Tensor attend(TorchTensor query, Tensor key, Tensor value, Attention attention) {
        Shape scores = scoresShape(query, key, attention);
        if (value.rank() != 4 || value.size(-2) != key.size(-2)) {
            throw Failures.shape(OPERATION, "values (B, H, S, V) for keys (B, H, S, K)", value.shape(), key.shape());
        }
        TorchTensor.requireType(OPERATION, query.dtype(), value);
        try (TensorScope scope = query.backend().scope()) {
            if (attention.dropout() > 0) {
                Tensor kept = weights(query, key, attention).dropout(attention.dropout(), attention.dropoutKey());
                return scope.keep(kept.matmul(value));
            }
            return scope.keep(fused(query, key, value, attention, scores));
        }
    }

    private static Tensor fused(TorchTensor query, Tensor key, Tensor value, Attention attention, Shape scores) {
        long length = scores.size(-2);
        long keys = scores.size(-1);
        boolean square = length == keys && attention.mask() == null && attention.bias() == null;
        boolean flagged = attention.causal() && square;
        Tensor shift = flagged ? null : shift(query.backend(), attention, length, keys);
        Shape leading = leading(query.shape(), key.shape(), value.shape());
        List<Tensor> operands = new ArrayList<>(4);
        operands.add(cast(query, expanded(query, leading)));
        operands.add(cast(query, expanded(key, leading)));
        operands.add(cast(query, expanded(value, leading)));
        if (shift != null) {
            operands.add(cast(query, ofRank4(shift)));
        }
        double scale = attention.scaleFor(query.size(-1));
        try (Borrowed borrowed = new Borrowed(OPERATION, operands)) {
            TensorOptional mask = shift == null ? null : new TensorOptional(borrowed.handle(3));
            try (mask) {
                return query.backend()
                        .own(
                                Constants.withOptional(
                                        scale,
                                        factor -> torch.scaled_dot_product_attention(
                                                borrowed.handle(0),
                                                borrowed.handle(1),
                                                borrowed.handle(2),
                                                mask == null ? Constants.NO_TENSOR : mask,
                                                0,
                                                flagged,
                                                factor,
                                                false)),
                                query.dtype());
            } catch (RuntimeException e) {
                throw Failures.translate(OPERATION, e, borrowed.tensors());
            }
        }
    }

    /** The kernel takes one type. LibTorch's for the CPU is several times slower with brain floats than with F32. */
    private static Tensor cast(TorchTensor query, Tensor x) {
        if (!query.autocasts() || x.dtype() != DType.F32) {
            return x;
        }
        torch.ScalarType type = query.backend().device().isHost() ? torch.ScalarType.Float : torch.ScalarType.BFloat16;
        return TorchKernels.of(OPERATION, x).call(OPERATION, DType.F32, handle -> handle.to(type));
    }

    static Tensor weights(TorchTensor query, Tensor key, Attention attention) {
        Shape shape = scoresShape(query, key, attention);
        try (TensorScope scope = query.backend().scope()) {
            Tensor scores = query.mul(attention.scaleFor(query.size(-1))).matmul(key.transpose(-1, -2));
            if (attention.bias() != null) {
                scores = scores.add(attention.bias());
            }
            Tensor allowed = allowed(query.backend(), attention, shape.size(-2), shape.size(-1));
            if (allowed == null) {
                return scope.keep(scores.softmax(-1));
            }
            Tensor forbidden = allowed.logicalNot();
            Tensor softmax = scores.maskedFill(forbidden, floor(query.dtype())).softmax(-1);
            // A row without any allowed key came out uniform; everywhere else this changes nothing.
            return scope.keep(softmax.maskedFill(forbidden, 0));
        }
    }

    /** Low enough to vanish beside any score, yet finite, so that no difference of two is NaN. */
    private static double floor(DType dtype) {
        return switch (dtype) {
            case F64 -> -1e300;
            case F16 -> -6e4;
            default -> -1e30;
        };
    }

    /** What is added to the scores, or a BOOL tensor of what may be attended to, or null. */
    private static @Nullable Tensor shift(TorchBackend backend, Attention attention, long length, long keys) {
        Tensor allowed = allowed(backend, attention, length, keys);
        Tensor bias = attention.bias();
        if (bias == null || allowed == null) {
            return bias == null ? allowed : bias;
        }
        Shape both = bias.shape().broadcast(allowed.shape());
        return bias.expand(both).maskedFill(allowed.logicalNot(), Double.NEGATIVE_INFINITY);
    }

    private static @Nullable Tensor allowed(TorchBackend backend, Attention attention, long length, long keys) {
        // A single query is the last one and sees every key.
        if (!attention.causal() || length == 1) {
            return attention.mask();
        }
        Tensor position = backend.arange(keys - length, keys).unsqueeze(1);
        Tensor causal = backend.arange(0, keys).le(position);
        return attention.mask() == null ? causal : causal.logicalAnd(attention.mask());
    }

    private static Shape scoresShape(TorchTensor query, Tensor key, Attention attention) {
        Shape q = query.sizes(OPERATION);
        Shape k = TorchKernels.sizes(OPERATION, key);
        if (q.rank() != 4 || k.rank() != 4 || q.size(-1) != k.size(-1)) {
            throw Failures.shape(
                    OPERATION,
                    "queries (B, H, L, K) and keys (B, H, S, K) of one head dim",
                    query.shape(),
                    key.shape());
        }
        TorchTensor.requireType(OPERATION, query.dtype(), key);
        Shape scores = leading(query.shape(), key.shape(), key.shape())
                .inserting(-1, query.size(-2))
                .inserting(-1, key.size(-2));
        if (attention.mask() != null) {
            TorchTensor.requireBool("attention mask", attention.mask());
            requireBroadcastable("mask", attention.mask(), scores);
        }
        if (attention.bias() != null) {
            TorchTensor.requireType("attention bias", query.dtype(), attention.bias());
            requireBroadcastable("bias", attention.bias(), scores);
        }
        return scores;
    }

    private static void requireBroadcastable(String what, Tensor tensor, Shape scores) {
        if (!Shapes.broadcastsTo(TorchKernels.sizes(OPERATION, tensor), scores)) {
            throw Failures.shape(OPERATION, "a " + what + " that broadcasts to scores " + scores, tensor.shape());
        }
    }

    private static Shape leading(Shape query, Shape key, Shape value) {
        try {
            return leading(query).broadcast(leading(key)).broadcast(leading(value));
        } catch (MnemeException e) {
            throw Failures.shape(OPERATION, "batch and heads that broadcast", query, key, value);
        }
    }

    private static Shape leading(Shape shape) {
        return Shape.of(shape.size(0), shape.size(1));
    }

    private static Tensor expanded(Tensor x, Shape leading) {
        Shape target = leading.inserting(-1, x.size(-2)).inserting(-1, x.size(-1));
        return target.equals(x.shape()) ? x : x.expand(target);
    }

    private static Tensor ofRank4(Tensor x) {
        Shape shape = x.shape();
        while (shape.rank() < 4) {
            shape = shape.inserting(0, 1);
        }
        return shape.rank() == x.rank() ? x : x.reshape(shape.toArray());
    }
}
