package dev.mneme.backend.libtorch;

import dev.mneme.tensor.DType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Native argument objects that are made once and never changed. A model uses the same few numbers in every step, and
 * making one natively costs as much as a small operation.
 */
final class Constants {
    static final TensorOptional NO_TENSOR = kept(new TensorOptional());
    static final ScalarTypeOptional SAME_TYPE = kept(new ScalarTypeOptional());

    private static final int LIMIT = 512;
    private static final Map<Double, Scalar> DOUBLES = new ConcurrentHashMap<>();
    private static final Map<Long, Scalar> LONGS = new ConcurrentHashMap<>();
    private static final Map<Number, Tensor> TENSORS = new ConcurrentHashMap<>();
    private static final Map<Double, DoubleOptional> OPTIONAL_DOUBLES = new ConcurrentHashMap<>();

    private Constants() {}

    /** Takes a native object out of the reach of a caller's {@code PointerScope}, which would free it when it closes. */
    static <P extends Pointer> P kept(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    /**
     * A tensor of rank 0 for arithmetic with a number: LibTorch would make one from a scalar each time, for twice the
     * price of the operation. Half types get it in F32, whose digits the kernels use and whose type gives way.
     */
    static <R> R withTensor(double value, DType dtype, Function<Tensor, R> use) {
        DType kept = dtype == DType.BF16 || dtype == DType.F16 ? DType.F32 : dtype;
        Tensor cached = cached(TENSORS, new Number(value, kept), Constants::tensor);
        if (cached != null) {
            return use.apply(cached);
        }
        try (Tensor temporary = tensor(new Number(value, kept))) {
            return use.apply(temporary);
        }
    }

    private record Number(double value, DType dtype) {}

    private static Tensor tensor(Number number) {
        torch.ScalarType type = TorchDevice.nativeType(number.dtype);
        try (TensorOptions options = new TensorOptions(type);
                Scalar scalar =
                        number.dtype == DType.I64 ? new Scalar((long) number.value) : new Scalar(number.value)) {
            return torch.scalar_tensor(scalar, options);
        }
    }

    static <R> R withScalar(double value, Function<Scalar, R> use) {
        Scalar cached = cached(DOUBLES, value, Scalar::new);
        if (cached != null) {
            return use.apply(cached);
        }
        try (Scalar temporary = new Scalar(value)) {
            return use.apply(temporary);
        }
    }

    static <R> R withScalar(long value, Function<Scalar, R> use) {
        Scalar cached = cached(LONGS, value, Scalar::new);
        if (cached != null) {
            return use.apply(cached);
        }
        try (Scalar temporary = new Scalar(value)) {
            return use.apply(temporary);
        }
    }

    static <R> R withOptional(double value, Function<DoubleOptional, R> use) {
        DoubleOptional cached = cached(OPTIONAL_DOUBLES, value, DoubleOptional::new);
        if (cached != null) {
            return use.apply(cached);
        }
        try (DoubleOptional temporary = new DoubleOptional(value)) {
            return use.apply(temporary);
        }
    }

    private static <K, V extends Pointer> @Nullable V cached(Map<K, V> cache, K value, Function<K, V> make) {
        V known = cache.get(value);
        return known != null || cache.size() >= LIMIT
                ? known
                : cache.computeIfAbsent(value, key -> kept(make.apply(key)));
    }
}
