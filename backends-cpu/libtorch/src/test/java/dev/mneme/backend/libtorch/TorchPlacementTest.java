package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.Precision;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Where the engine makes tensors, on LibTorch's device {@code meta}: it holds no numbers, computes shapes, and refuses an
 * operand that was made on the processor by mistake. Some operations have no kernel there.
 */
final class TorchPlacementTest {
    private static final List<String> WITHOUT_KERNEL = List.of(
            "where", "logSumExp", "layerNorm", "variance", "causal attention", "attention to more", "attentionWeights");

    /** LibTorch's words for an operation that it cannot do without numbers. */
    private static final String NO_KERNEL = "no fake impl or Meta kernel registered";

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"F32", "BF16"})
    void everyTensorIsMadeOnTheDevice(Precision precision) {
        TensorBackend engine = new TorchBackend("meta", new MetaDevice(), new EngineOptions(1)).at(precision);
        List<String> unknown = new ArrayList<>();
        operations(engine).forEach((name, operation) -> {
            try (TensorScope scope = engine.scope()) {
                assertThat(deviceOf(operation.get())).as(name).isEqualTo("meta");
            } catch (MnemeException e) {
                assertThat(e).as(name).hasMessageContaining(NO_KERNEL);
                unknown.add(name);
            }
        });

        assertThat(unknown).isSubsetOf(WITHOUT_KERNEL);
        assertThat(engine.memory().liveTensors()).isZero();
    }

    private static Map<String, Supplier<Tensor>> operations(TensorBackend engine) {
        Map<String, Supplier<Tensor>> all = new LinkedHashMap<>();
        for (DType dtype : DType.values()) {
            all.put("full " + dtype, () -> engine.full(Shape.of(2, 3), 1, dtype));
        }
        all.put("arange", () -> engine.arange(2, 5));
        all.put("doubles", () -> engine.tensor(new double[] {1, 2}, Shape.of(2), DType.F64));
        all.put("brain floats", () -> engine.tensor(new double[] {1, 2}, Shape.of(2), DType.BF16));
        all.put("floats", () -> engine.tensor(new float[] {1, 2}, Shape.of(2)));
        all.put("longs", () -> engine.tensor(new long[] {1, 2}, Shape.of(2)));
        all.put("booleans", () -> engine.tensor(new boolean[] {true}, Shape.of(1)));
        Supplier<Tensor> x = () -> engine.ones(Shape.of(4, 6), DType.F32);
        Supplier<Tensor> weight = () -> engine.ones(Shape.of(6, 6), DType.F32);
        Supplier<Tensor> gain = () -> engine.ones(Shape.of(6), DType.F32);
        Supplier<Tensor> hidden = () -> x.get().linear(weight.get(), gain.get());
        all.put("linear", hidden);
        all.put("numbers", () -> hidden.get().add(2).mul(0.5).clamp(-1, 1).pow(2));
        all.put("gelu", () -> hidden.get().gelu());
        all.put("comparison", () -> hidden.get().gt(0.5));
        all.put("where", () -> hidden.get().gt(0.5).where(hidden.get(), x.get()));
        all.put("maskedFill", () -> hidden.get().maskedFill(x.get().lt(0), -1));
        all.put("softmax", () -> hidden.get().softmax(-1));
        all.put("logSumExp", () -> hidden.get().logSumExp(0, true));
        all.put("softplus", () -> hidden.get().softplus());
        all.put("layerNorm", () -> hidden.get().layerNorm(gain.get(), gain.get(), 1e-5));
        all.put("rmsNorm", () -> hidden.get().rmsNorm(gain.get(), 1e-5));
        all.put("variance", () -> hidden.get().variance(false, 1));
        all.put("sum", () -> hidden.get().sum().add(hidden.get().mean()));
        all.put("oneHot", () -> engine.arange(0, 4).oneHot(6, DType.F32));
        all.put(
                "concat",
                () -> engine.concat(List.of(hidden.get(), engine.stack(List.of(gain.get(), gain.get()), 0)), 0));
        Supplier<Tensor> heads = () -> hidden.get().reshape(1, 2, 4, 3);
        Supplier<Tensor> keys = () -> engine.concat(List.of(heads.get(), heads.get()), 2);
        all.put("causal attention", () -> heads.get().attention(heads.get(), heads.get(), Attention.CAUSAL));
        all.put("attention to more", () -> heads.get().attention(keys.get(), keys.get(), Attention.CAUSAL));
        all.put("attentionWeights", () -> heads.get().attentionWeights(keys.get(), Attention.CAUSAL));
        Supplier<Tensor> loss = () -> hidden.get().crossEntropy(engine.arange(0, 4), 0.1);
        all.put("crossEntropy", loss);
        all.put("gradient", () -> {
            Tensor variable = weight.get().variable();
            Tensor product = x.get().matmul(variable);
            return engine.gradients(List.of(product), List.of(variable), List.of(x.get()))
                    .get(0);
        });
        all.put("gradient of a constant", () -> {
            Tensor sum = x.get().matmul(weight.get().variable()).sum();
            return engine.gradients(List.of(sum), List.of(x.get()), Arrays.asList((Tensor) null))
                    .get(0);
        });
        all.put("globalNorm", () -> engine.globalNorm(List.of(x.get(), gain.get())));
        return all;
    }

    private static String deviceOf(Tensor tensor) {
        return TorchKernels.of("test", tensor).read("test", x -> {
            try (Device device = x.device();
                    BytePointer text = device.str()) {
                return text.getString();
            }
        });
    }

    private static final class MetaDevice extends TorchDevice {
        MetaDevice() {
            super("meta");
        }

        @Override
        protected Generator generator(long seed) {
            return torch.make_generator_cpu(seed);
        }

        @Override
        protected List<Precision> precisions() {
            return List.of(Precision.F32, Precision.BF16);
        }

        @Override
        protected void use(Precision precision) {}

        @Override
        protected Map<String, String> details() {
            return Map.of();
        }
    }
}
