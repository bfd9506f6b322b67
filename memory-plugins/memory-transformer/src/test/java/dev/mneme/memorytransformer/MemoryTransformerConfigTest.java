package dev.mneme.memorytransformer;

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

final class MemoryTransformerConfigTest {
    @Test
    void theProviderIsFoundByServiceLoader() {
        assertThat(ServiceLoader.load(MemoryProvider.class))
                .anyMatch(provider -> provider instanceof MemoryTransformerProvider
                        && provider.name().equals("memory-transformer"));
    }

    @Test
    void defaultsAreTenRowsThatTravelWithTheTokens() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("variant", "mem-transformer");
        expected.put("slots", 10);
        expected.put("shared_writer", false);
        expected.put("positions", "none");
        expected.put("mask", "strict");
        expected.put("slot_std", 0.0);
        expected.put("kept_slots", -1);
        assertThat(Settings.toMap(MemoryTransformerConfig.defaults())).containsExactlyEntriesOf(expected);
    }

    @Test
    void aBottleneckWithoutRowsIsRejected() {
        assertThatThrownBy(() -> TestModel.memory(Map.of("variant", "mem-bottleneck", "slots", 0)))
                .isInstanceOf(MnemeException.class)
                .hasMessage("CONFIG_INVALID: memory: mem-bottleneck needs a memory row, tokens see nothing else; got"
                        + " slots 0 and kept_slots -1");
        assertThatThrownBy(() -> TestModel.memory(Map.of("variant", "mem-bottleneck", "kept_slots", 0)))
                .hasMessageContaining("mem-bottleneck needs a memory row");
    }

    @Test
    void everythingThatDoesNotGoTogetherIsNamed() {
        assertThatThrownBy(() -> TestModel.memory(Map.of("slots", 2, "kept_slots", 3, "shared_writer", true)))
                .hasMessageContaining("kept_slots must be at most slots, got 3 of 2")
                .hasMessageContaining("shared_writer=true goes with variant=mem-ctrl and mem-bottleneck");
    }

    @Test
    void numberedRowsNeedAPositionTable() {
        try (TensorBackend backend = ReferenceBackend.open()) {
            assertThatThrownBy(() -> TestModel.create(
                            backend, Map.of("positions", "continuous"), Map.of("positions", "relative"), Form.ENCODER))
                    .hasMessageContaining("CONFIG_INVALID")
                    .hasMessageContaining("model.positions=relative has none");
        }
    }

    @Test
    void rowsStartAsLargeAsEmbeddedTokensAndApartFromEachOther() {
        Map<String, ?> large = Map.of("dim", 64, "embedding_std", 0.02, "scale_embeddings", true, "positions", "none");
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel matched = TestModel.create(backend, Map.of("slots", 50), large, Form.ENCODER);
                TestModel chosen = TestModel.create(backend, Map.of("slots", 50, "slot_std", 1), large, Form.ENCODER)) {
            double[] slots = matched.value("memory.slots").toDoubles();
            assertThat(rootMeanSquare(slots)).isCloseTo(0.16, within(0.01));
            assertThat(rootMeanSquare(chosen.value("memory.slots").toDoubles())).isCloseTo(1, within(0.05));
            assertThat(Arrays.stream(slots).distinct().count()).isEqualTo(50 * 64);
        }
    }

    private static double rootMeanSquare(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(x -> x * x).average().orElseThrow());
    }
}
