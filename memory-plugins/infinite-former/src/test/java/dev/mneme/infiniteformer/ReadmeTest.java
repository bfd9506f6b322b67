package dev.mneme.infiniteformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.TestEngine;
import dev.mneme.tck.memory.SettingsTable;
import dev.mneme.tensor.DType;
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
        TaskInfo task = new TaskInfo(Form.DECODER, 100, 100, 32, 0, -1, -1, Double.NaN, Double.NaN);
        BackboneConfig model = Settings.bind("model", BackboneConfig.class, Map.of("dim", 64, "heads", 4));
        InfiniteFormerConfig memory = Settings.bind("memory", InfiniteFormerConfig.class, Map.of("sticky", true));
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F32, 1), model, task);
        try (Mechanism mechanism = new InfiniteFormerProvider().create(memory, context);
                TensorScope scope = backend.scope()) {
            MemoryState state = mechanism.memory().initialState(1);
            for (int i = 0; i < 10; i++) {
                Tensor tokens = backend.arange(3 * i, 3 * i + 32).reshape(1, 32);
                Segment segment = new Segment(tokens, null, null);
                state = mechanism
                        .controller()
                        .step(segment, state, Pass.evaluation())
                        .next();
            }
            assertThat(state.get(InfiniteFormerMemory.signal(0)).shape()).isEqualTo(Shape.of(1, 128, 64));
        }
    }

    @Test
    void theTableOfSettingsIsWhatTheRecordSays() {
        SettingsTable.assertIn(Path.of("README.md"), InfiniteFormerConfig.class);
    }
}
