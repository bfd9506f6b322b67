package dev.mneme.infiniteformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.config.Settings;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.Form;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class InfiniteFormerConfigTest {
    @Test
    void theProviderIsFoundByServiceLoader() {
        assertThat(ServiceLoader.load(MemoryProvider.class))
                .anyMatch(provider -> provider instanceof InfiniteFormerProvider
                        && provider.name().equals("infinite-former"));
    }

    @Test
    void defaultsAreAnEvenlySampledSignalBesideAStandardTransformer() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("backbone", "standard");
        expected.put("basis", 128);
        expected.put("widths", "0.01,0.025");
        expected.put("samples", 128);
        expected.put("contraction", 0.75);
        expected.put("ridge", 0.5);
        expected.put("sticky", false);
        expected.put("bins", 128);
        expected.put("variance_floor", 1e-4);
        expected.put("prior_deviation", 0.05);
        expected.put("has_prior_mean", false);
        expected.put("prior_mean", 0.0);
        expected.put("kl_weight", 1e-6);
        expected.put("written_rows", "raw");
        expected.put("reset_tokens", 0L);
        expected.put("short_term", 0);
        expected.put("transfer", 0);
        assertThat(Settings.toMap(InfiniteFormerConfig.defaults())).containsExactlyEntriesOf(expected);
    }

    @Test
    void everyWidthNeedsAsManyBasisFunctions() {
        assertThatThrownBy(() -> TestModel.memory(Map.of("basis", 9)))
                .hasMessage(
                        "CONFIG_INVALID: memory: basis must be a multiple of the number of widths, got basis 9 and 2"
                                + " widths");
        for (String widths : new String[] {"", "0.1,", "0.1;0.2", "-1", "0", "NaN"}) {
            assertThatThrownBy(() -> TestModel.memory(Map.of("widths", widths)))
                    .as(widths)
                    .hasMessageContaining("widths must be positive numbers separated by commas, such as 0.01,0.05");
        }
        assertThat(TestModel.memory(Map.of("widths", " 0.1 , 0.2 ")).gaussians().widths())
                .containsExactly(0.1, 0.2);
    }

    @Test
    void keysWithoutEffectAreRejectedTogether() {
        assertThatThrownBy(() -> TestModel.memory(Map.of("prior_mean", -1, "short_term", 4)))
                .hasMessageContaining("prior_mean=-1.0 would change nothing without has_prior_mean=true")
                .hasMessageContaining("short_term and transfer would change nothing with backbone=standard");
        assertThatThrownBy(() -> TestModel.memory(Map.of("backbone", "xl", "written_rows", "normalised")))
                .hasMessageContaining("written_rows=normalised goes with backbone=standard");
    }

    @Test
    void theXlFormNamesEverythingItCannotDo() {
        Map<String, ?> model = Map.of("positions", "sinusoidal", "attention_window", 3);
        try (TensorBackend backend = ReferenceBackend.open()) {
            assertThatThrownBy(() -> TestModel.create(
                            backend,
                            TestModel.memory(Map.of("backbone", "xl")),
                            TestModel.backbone(model),
                            TestModel.task(Form.ENCODER_DECODER, 7, 6)))
                    .hasMessageContaining("CONFIG_INVALID")
                    .hasMessageContaining(
                            "memory.backbone=xl is a causal decoder, but the task needs an encoder-decoder")
                    .hasMessageContaining("Set model.positions=none")
                    .hasMessageContaining("Set model.attention_window=-1");
        }
    }
}
