package dev.mneme.compressive;

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
import dev.mneme.tck.TestEngine;
import dev.mneme.tck.memory.SettingsTable;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
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
        Map<String, Integer> sizes = Map.of("length", 4, "compressed_length", 8, "rate", 2);
        CompressiveTransformerConfig memory = Settings.bind("memory", CompressiveTransformerConfig.class, sizes);
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F32, 1), model, task);
        try (Mechanism mechanism = new CompressiveTransformerProvider().create(memory, context);
                TensorScope scope = backend.scope()) {
            MemoryState state = mechanism.memory().initialState(1);
            for (long[] ids : new long[][] {{5, 17, 42, 8}, {3, 3, 9, 1}}) {
                Segment segment = new Segment(backend.tensor(ids, Shape.of(1, 4)), null, null);
                StepResult result = mechanism.controller().step(segment, state, Pass.training(new RandomSource(1)));
                Tensor logits = result.logits();
                assertThat(logits.shape()).isEqualTo(Shape.of(1, 4, 100));
                Tensor ownLoss = result.losses().get("compression");
                assertThat(ownLoss.item()).isNotNegative();
                state = result.next();
            }
        }
    }

    @Test
    void theTableOfSettingsIsWhatTheRecordSays() {
        SettingsTable.assertIn(Path.of("README.md"), CompressiveTransformerConfig.class);
    }
}
