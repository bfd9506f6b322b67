package dev.mneme.recurrentmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.config.Settings;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.Form;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.TensorBackend;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class RecurrentMemoryConfigTest {
    @Test
    void theProviderIsFoundByServiceLoader() {
        assertThat(ServiceLoader.load(MemoryProvider.class))
                .anyMatch(provider -> provider instanceof RecurrentMemoryProvider
                        && provider.name().equals("recurrent-memory-transformer"));
    }

    @Test
    void defaultsAreTenRowsAroundAStandardTransformer() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("backbone", "standard");
        expected.put("slots", 10);
        expected.put("mem_at_end", true);
        expected.put("slot_std", 0.0);
        expected.put("cache", 0);
        expected.put("read_memory_from_cache", false);
        expected.put("relative_shift", "official");
        expected.put("head_dim", 0);
        assertThat(Settings.toMap(RecurrentMemoryConfig.defaults())).containsExactlyEntriesOf(expected);
    }

    @Test
    void keysOfTheXlFormAreRefusedWhereTheyWouldChangeNothing() {
        assertThatThrownBy(() -> TestModel.memory(
                        Map.of("cache", 4, "read_memory_from_cache", true, "relative_shift", "exact", "head_dim", 4)))
                .isInstanceOf(MnemeException.class)
                .hasMessage("CONFIG_INVALID: memory: cache=4, read_memory_from_cache=true, relative_shift=exact,"
                        + " head_dim=4 would change nothing with backbone=standard; set backbone=xl");
        assertThatThrownBy(() -> TestModel.memory(Map.of("backbone", "xl", "read_memory_from_cache", true)))
                .hasMessageContaining("read_memory_from_cache=true needs a cache, got cache=0");
    }

    @Test
    void modelKeysThatTheXlFormDoesNotHaveAreNamed() {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("dim", 9);
        model.put("heads", 3);
        model.put("projection_bias", true);
        model.put("output_bias", true);
        model.put("embedding_norm", true);
        model.put("attention_window", 3);
        model.put("decoder_layers", 2);
        model.put("cross_attention", "memory");
        assertThatThrownBy(() -> create(model, Form.DECODER))
                .hasMessageContaining("CONFIG_INVALID")
                .hasMessageContaining(
                        "model.positions=learned: memory.backbone=xl has relative positions of its own. Set"
                                + " model.positions=none")
                .hasMessageContaining("model.dim=9: the sines and cosines of memory.backbone=xl need an even width")
                .hasMessageContaining("model.projection_bias=true: memory.backbone=xl has no such part. Set"
                        + " model.projection_bias=false")
                .hasMessageContaining("model.output_bias=true")
                .hasMessageContaining("model.embedding_norm=true")
                .hasMessageContaining("model.attention_window=3")
                .hasMessageContaining("model.decoder_layers=2")
                .hasMessageContaining("model.cross_attention=memory");
    }

    @Test
    void theXlFormIsForDecodersOfOneVocabulary() {
        Map<String, ?> model = Map.of("positions", "none");
        assertThatThrownBy(() -> create(model, Form.ENCODER))
                .hasMessage("CONFIG_INVALID: memory.backbone=xl is a causal decoder, but the task needs an encoder. Set"
                        + " memory.backbone=standard, or choose a task for decoders");
        assertThatThrownBy(() -> create(model, Form.ENCODER_DECODER)).hasMessageContaining("needs an encoder-decoder");
        try (TensorBackend backend = ReferenceBackend.open()) {
            assertThatThrownBy(() -> TestModel.create(
                            backend,
                            TestModel.memory(Map.of("backbone", "xl")),
                            TestModel.backbone(model),
                            TestModel.task(Form.DECODER, 9, 7, 5, 0),
                            reader -> reader))
                    .hasMessageContaining("the task has 9 input symbols and 7 labels");
        }
    }

    private static void create(Map<String, ?> model, Form form) {
        try (TensorBackend backend = ReferenceBackend.open()) {
            TestModel.create(backend, Map.of("backbone", "xl"), model, form).close();
        }
    }

    @Test
    void rowsStartAsLargeAsTokenEmbeddingsAndApartFromEachOther() {
        Map<String, ?> large = Map.of("dim", 64, "embedding_std", 0.02);
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel matched = TestModel.create(backend, Map.of("slots", 50), large, Form.DECODER);
                TestModel chosen = TestModel.create(backend, Map.of("slots", 50, "slot_std", 1), large, Form.DECODER)) {
            double[] slots = matched.value("memory.slots").toDoubles();
            assertThat(rootMeanSquare(slots)).isCloseTo(0.02, within(0.001));
            assertThat(rootMeanSquare(chosen.value("memory.slots").toDoubles())).isCloseTo(1, within(0.05));
            assertThat(Arrays.stream(slots).distinct().count()).isEqualTo(50 * 64);
        }
    }

    private static double rootMeanSquare(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(x -> x * x).average().orElseThrow());
    }
}
