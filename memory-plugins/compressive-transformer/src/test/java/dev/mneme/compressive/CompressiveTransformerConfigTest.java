package dev.mneme.compressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.config.Settings;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class CompressiveTransformerConfigTest {
    @Test
    void theProviderIsFoundByServiceLoader() {
        assertThat(ServiceLoader.load(MemoryProvider.class))
                .anyMatch(provider -> provider instanceof CompressiveTransformerProvider
                        && provider.name().equals("compressive-transformer"));
    }

    @Test
    void defaultsAreAConvolutionOfFourRowsToOne() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("length", 128);
        expected.put("compressed_length", 128);
        expected.put("rate", 4);
        expected.put("compression", "conv");
        expected.put("dilation", 2);
        expected.put("objective", "attention-reconstruction");
        expected.put("objective_weight", 1.0);
        expected.put("eval_length", -1);
        expected.put("eval_compressed_length", -1);
        expected.put("start", "empty");
        expected.put("kept", "input");
        expected.put("enhanced_recurrence", false);
        expected.put("positions", "relative");
        expected.put("shared_biases", true);
        expected.put("tied_output", true);
        expected.put("head_dim", 0);
        expected.put("attention_dropout", 0.0);
        assertThat(Settings.toMap(CompressiveTransformerConfig.defaults())).containsExactlyEntriesOf(expected);
    }

    @Test
    void compressedRowsNeedAMemoryToComeFrom() {
        assertThatThrownBy(() -> TestModel.memory(Map.of("length", 0)))
                .hasMessageContaining("CONFIG_INVALID: memory: compressed rows come out of the memory");
    }

    @Test
    void zeroRowsGoWithOneSize() {
        assertThatThrownBy(() -> TestModel.memory(Map.of("start", "zeros", "eval_length", 256)))
                .hasMessageContaining("start=zeros fills the memories once");
        assertThat(TestModel.memory(Map.of("start", "zeros", "eval_length", 128))
                        .start())
                .isEqualTo(CompressiveTransformerConfig.Start.ZEROS);
    }

    @Test
    void poolingHasNothingToTrain() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel mean = TestModel.create(backend, Map.of("compression", "mean"), Map.of());
                TestModel conv = TestModel.create(backend, Map.of("compression", "conv"), Map.of())) {
            assertThat(mean.parameters().keySet()).noneMatch(path -> path.startsWith("writer."));
            assertThat(conv.parameters())
                    .containsKeys("writer.layers.0.compress.weight", "writer.layers.1.compress.bias");
        }
    }
}
