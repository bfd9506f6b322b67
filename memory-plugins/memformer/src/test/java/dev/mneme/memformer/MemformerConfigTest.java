package dev.mneme.memformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.config.Settings;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.Form;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class MemformerConfigTest {
    @Test
    void theProviderIsFoundByServiceLoader() {
        assertThat(ServiceLoader.load(MemoryProvider.class))
                .anyMatch(provider ->
                        provider instanceof MemformerProvider && provider.name().equals("memformer"));
    }

    @Test
    void defaultsAreThePapersMechanism() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("variant", "bmn");
        expected.put("slots", 32);
        expected.put("temperature", 0.25);
        expected.put("num_mem_updates", 1);
        expected.put("slot_std", 0.0);
        assertThat(Settings.toMap(MemformerConfig.defaults())).containsExactlyEntriesOf(expected);
    }

    @Test
    void settingsOfAnotherVariantAreNamed() {
        assertThatThrownBy(
                        () -> TestModel.memory(Map.of("variant", "membart", "temperature", 0.5, "num_mem_updates", 2)))
                .isInstanceOf(MnemeException.class)
                .hasMessage("CONFIG_INVALID: memory: temperature=0.5 goes with variant=bmn, variant=membart has"
                        + " none; num_mem_updates=2 goes with variant=gru, variant=membart updates once");
    }

    @Test
    void aMemoryHasASlot() {
        assertThatThrownBy(() -> TestModel.memory(Map.of("slots", 0)))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("memory.slots");
    }

    @Test
    void memBartInADecoderSaysWhatFits() {
        try (TensorBackend backend = ReferenceBackend.open()) {
            assertThatThrownBy(() -> TestModel.create(backend, "membart", Form.DECODER))
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining(
                            "CONFIG_INVALID: memory.variant=membart writes its slots inside every encoder")
                    .hasMessageContaining("Set memory.variant to bmn or gru");
            assertThat(backend.memory().liveTensors()).isZero();
        }
    }

    @Test
    void memBartBeforeTheSublayersSaysWhatFits() {
        try (TensorBackend backend = ReferenceBackend.open()) {
            assertThatThrownBy(() -> TestModel.create(backend, Map.of("variant", "membart"), Map.of(), Form.ENCODER))
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining("CONFIG_INVALID")
                    .hasMessageContaining("Set model.norm=post");
            assertThat(backend.memory().liveTensors()).isZero();
        }
    }
}
