package dev.mneme.infiniteformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.nn.ModuleContext;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class InfiniteFormerLearningTest {
    @Test
    void whatTheOldestOfFourSegmentsHeldIsAnsweredFromTheSignal() {
        TensorBackend backend = TestEngine.all().stream()
                .filter(candidate -> candidate.toString().equals("libtorch"))
                .findFirst()
                .orElseThrow()
                .backend();
        InfiniteFormerConfig memory = Settings.bind(
                "memory",
                InfiniteFormerConfig.class,
                Map.of("basis", 32, "widths", "0.03,0.1", "samples", 32, "contraction", 0.5, "ridge", 0.5));
        try (Mechanism mechanism = new InfiniteFormerProvider().create(memory, context(backend))) {
            OldestSegmentTask task = new OldestSegmentTask(backend, 4, 0);
            task.train(mechanism, 150, 3e-3);
            assertThat(task.accuracy(mechanism, 16)).isGreaterThanOrEqualTo(0.95);
        }
    }

    private static MechanismContext context(TensorBackend backend) {
        BackboneConfig backbone = Settings.bind(
                "model",
                BackboneConfig.class,
                Map.of("dim", 32, "heads", 2, "layers", 1, "embedding_std", 1, "position_std", 0.3));
        TaskInfo task = new TaskInfo(
                Form.DECODER,
                OldestSegmentTask.SYMBOLS + 1,
                OldestSegmentTask.SYMBOLS + 1,
                OldestSegmentTask.LENGTH,
                0,
                -1,
                -1,
                0.125,
                Double.NaN);
        return new MechanismContext(new ModuleContext(backend, DType.F32, 0), backbone, task);
    }
}
