package dev.mneme.memformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tck.TestEngine;
import dev.mneme.tck.memory.SettingsTable;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ReadmeTest {
    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    /** The lines of the README's example. */
    @ParameterizedTest
    @MethodSource("engines")
    void theExampleRuns(TestEngine engine) {
        TensorBackend backend = engine.backend();
        TaskInfo task = new TaskInfo(Form.DECODER, 100, 100, 64, 0, -1, -1, Double.NaN, Double.NaN);
        BackboneConfig model = Settings.bind("model", BackboneConfig.class, Map.of("dim", 64, "heads", 4));
        MemformerConfig memory = Settings.bind("memory", MemformerConfig.class, Map.of("slots", 16));
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F32, 1), model, task);
        try (Mechanism mechanism = new MemformerProvider().create(memory, context);
                TensorScope scope = backend.scope()) {
            MemoryState state = mechanism.memory().initialState(1);
            for (long[] ids : new long[][] {{5, 17, 42, 8}, {9, 3, 77, 1}}) {
                Segment segment = new Segment(backend.tensor(ids, Shape.of(1, 4)), null, null);
                StepResult result = mechanism.controller().step(segment, state, Pass.evaluation());
                state = result.next();
                assertThat(result.logits().shape()).isEqualTo(Shape.of(1, 4, 100));
            }
            mechanism.memory().schema().check(state, 1);
        }
    }

    @Test
    void theTableOfSettingsIsWhatTheRecordSays() {
        SettingsTable.assertIn(Path.of("README.md"), MemformerConfig.class);
    }

    @Test
    void theTableOfCostsCountsTheParametersThereAre() {
        long d = 32;
        long f = 64;
        long k = 8;
        long layers = 2;
        long reads = layers * (4 * d * d + 2 * d);
        assertThat(parametersBeyondTheBackbone("bmn", false)).isEqualTo(reads + 3 * d * d + k * d);
        assertThat(parametersBeyondTheBackbone("gru", false)).isEqualTo(reads + 18 * d * d + 13 * d + k * d);
        assertThat(parametersBeyondTheBackbone("membart", true))
                .isEqualTo(layers * (4 * d * d + 2 * d * f + 9 * d + f) + d * d + 4 * d + 1 + k * d);
    }

    private static long parametersBeyondTheBackbone(String variant, boolean memBart) {
        BackboneConfig model = Settings.bind(
                "model",
                BackboneConfig.class,
                Map.of(
                        "dim", 32,
                        "layers", 2,
                        "heads", 4,
                        "feed_forward", 64,
                        "projection_bias", memBart,
                        "output_bias", memBart,
                        "norm", memBart ? "post" : "pre"));
        MemformerConfig memory = Settings.bind("memory", MemformerConfig.class, Map.of("variant", variant, "slots", 8));
        try (TensorBackend backend = ReferenceBackend.open()) {
            MechanismContext context = new MechanismContext(
                    new ModuleContext(backend, DType.F64, 1), model, TestModel.task(Form.ENCODER_DECODER));
            try (Mechanism mechanism = new MemformerProvider().create(memory, context)) {
                return mechanism.parameters().entrySet().stream()
                        .filter(entry -> !entry.getKey().startsWith("controller."))
                        .mapToLong(entry -> entry.getValue().value().shape().elements())
                        .sum();
            }
        }
    }
}
