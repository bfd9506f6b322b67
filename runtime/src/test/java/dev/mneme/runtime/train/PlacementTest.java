package dev.mneme.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backend.libtorch.TorchBackend;
import dev.mneme.backend.libtorch.TorchDevice;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.MeanMemoryProvider;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.Precision;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a training step copies between host and device, on one that stands in for a GPU: the processor under a second name,
 * under which the engine takes it for a device with memory of its own.
 */
final class PlacementTest {
    private static final SmallTask STREAM = SmallTask.of(SmallTask.Kind.STREAM);

    /** Plans its writes on the host, from lengths that are part of the state: a few numbers per segment. */
    private static final String READS_LENGTHS = "infinite-former";

    /** Send their table of distances with every segment, which is large beside so small a model. */
    private static final Set<String> SENDS_TABLES = Set.of("transformer-xl", "compressive-transformer");

    static Stream<MemoryProvider<?>> mechanisms() {
        List<MemoryProvider<?>> providers = new ArrayList<>(List.of(new MeanMemoryProvider()));
        for (MemoryProvider<?> provider : ServiceLoader.load(MemoryProvider.class)) {
            providers.add(provider);
        }
        return providers.stream();
    }

    @ParameterizedTest
    @MethodSource("mechanisms")
    void stepReadsItsLossesOnceAndNothingElse(MemoryProvider<?> provider) {
        CountingDevice device = new CountingDevice();
        try (TensorBackend backend = new TorchBackend("counting", device, new EngineOptions(1));
                Model model = Small.model(provider, backend, STREAM, DType.F32, 0.1, 1)) {
            List<Long> downloads = new ArrayList<>();
            List<Long> uploaded = new ArrayList<>();
            device.downloads = 0;
            device.uploadedElements = 0;
            TrainListener counting = new TrainListener() {
                @Override
                public void stepped(StepReport report) {
                    downloads.add(device.downloads);
                    uploaded.add(device.uploadedElements);
                    device.downloads = 0;
                    device.uploadedElements = 0;
                }
            };
            new Trainer(model, STREAM, Small.config(Map.of("steps", 4)), 1, null, counting).train();

            if (!provider.name().equals(READS_LENGTHS)) {
                assertThat(downloads).containsOnly(1L);
            }
            // Token ids, labels, resets, and rules of who may attend to whom; no parameter and nothing computed.
            if (!SENDS_TABLES.contains(provider.name())) {
                long parameters = model.mechanism().parameterCount();
                assertThat(uploaded).allMatch(elements -> elements > 0 && elements < parameters / 2);
            }
        }
    }

    private static final class CountingDevice extends TorchDevice {
        private long downloads;
        private long uploadedElements;

        CountingDevice() {
            super("cpu:0");
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

        @Override
        protected Tensor upload(Tensor staged, DType dtype) {
            uploadedElements += staged.numel();
            return super.upload(staged, dtype);
        }

        @Override
        protected Tensor download(Tensor x) {
            downloads++;
            return super.download(x);
        }
    }
}
