package dev.mneme.transformerxl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.config.Settings;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.MemoryState;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class TransformerXlConfigTest {
    @Test
    void theProviderIsFoundByServiceLoader() {
        assertThat(ServiceLoader.load(MemoryProvider.class))
                .anyMatch(provider -> provider instanceof TransformerXlProvider
                        && provider.name().equals("transformer-xl"));
    }

    @Test
    void defaultsAreAMemoryOf128Rows() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("length", 128);
        expected.put("eval_length", -1);
        expected.put("same_length", false);
        expected.put("clamp_length", 0);
        expected.put("positions", "sinusoidal");
        expected.put("shared_biases", true);
        expected.put("tied_output", true);
        expected.put("head_dim", 0);
        expected.put("attention_dropout", 0.0);
        assertThat(Settings.toMap(TransformerXlConfig.defaults())).containsExactlyEntriesOf(expected);
    }

    @Test
    void sameLengthNeedsAMemory() {
        assertThatThrownBy(() -> TestModel.memory(Map.of("length", 8, "eval_length", 0, "same_length", true)))
                .hasMessageContaining("CONFIG_INVALID: memory: same_length lets a token see as many tokens");
    }

    @Test
    void whatDoesNotGoTogetherIsNamedAllAtOnce() {
        try (TensorBackend backend = ReferenceBackend.open()) {
            TaskInfo task = new TaskInfo(Form.DECODER, 5, 4, 8, 0, -1, -1, Double.NaN, Double.NaN);
            Map<String, ?> model = Map.of("dim", 9, "heads", 3, "attention_window", 4);
            assertThatThrownBy(() ->
                            TestModel.create(backend, TestModel.memory(Map.of()), TestModel.backbone(model), task))
                    .hasMessageContaining("5 input symbols and 4 labels. Set memory.tied_output=false")
                    .hasMessageContaining("model.dim=9")
                    .hasMessageContaining("model.attention_window=4");
            TaskInfo encoder = new TaskInfo(Form.ENCODER_DECODER, 5, 5, 8, 8, 0, -1, Double.NaN, Double.NaN);
            assertThatThrownBy(() -> TestModel.create(
                            backend, TestModel.memory(Map.of()), TestModel.backbone(Map.of()), encoder))
                    .hasMessageContaining(
                            "memory transformer-xl is a causal decoder, but the task needs an" + " encoder-decoder");
            assertThat(backend.memory().liveTensors()).isZero();
        }
    }

    @Test
    void aSegmentLongerThanTheTaskSaidIsRefused() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, Map.of("length", 4), Map.of());
                TensorScope scope = backend.scope()) {
            MemoryState state = model.initialState(1);
            assertThatThrownBy(() -> model.step(state, new long[13]))
                    .hasMessageContaining("a segment of 13 tokens; this model was built for 12");
            try (var stream =
                    model.mechanism().controller().stream(model.segment(null, new long[0]), state, Pass.evaluation())) {
                Tensor tokens = backend.tensor(new long[7], Shape.of(1, 7));
                stream.feed(tokens);
                assertThatThrownBy(() -> stream.feed(tokens)).hasMessageContaining("a segment of 14 tokens");
            }
        }
    }
}
