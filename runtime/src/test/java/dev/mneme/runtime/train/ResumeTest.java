package dev.mneme.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.MeanMemoryProvider;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A broken and resumed run computes, bit by bit, what an unbroken one does. */
final class ResumeTest {
    /** Carried state with resets, dropout in the backbone and in the memory, auxiliary losses, accumulation. */
    private static final SmallTask TASK = SmallTask.of(SmallTask.Kind.STREAM).withTrainingSize(9);

    private static final TrainConfig CONFIG = Small.config(
            Map.of("accumulate", 2, "evaluate_every", 4, "save_every", 3, "keep", 100, "label_smoothing", 0.1));

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(Small.Engine.class)
    void resumingAfterARequestedStopGivesTheUnbrokenRun(Small.Engine engine) throws IOException {
        try (TensorBackend backend = engine.open()) {
            RunFolder unbroken = unbroken(backend);
            RunFolder broken = RunFolder.create(directory.resolve("broken"));
            try (Model model = model(backend, 1)) {
                Stopper stopper = new Stopper(5);
                Trainer trainer = new Trainer(model, TASK, CONFIG, 7, broken, stopper);
                stopper.trainer = trainer;
                TrainResult result = trainer.train();
                assertThat(result.reason()).isEqualTo(TrainResult.Reason.REQUESTED);
                assertThat(result.step()).isEqualTo(5);
                assertThat(result.test()).isNull();
            }
            resume(backend, broken);
            assertSameRun(broken, unbroken);
        }
    }

    @ParameterizedTest
    @EnumSource(Small.Engine.class)
    void resumingAfterADeathBetweenCheckpointsGivesTheUnbrokenRun(Small.Engine engine) throws IOException {
        try (TensorBackend backend = engine.open()) {
            RunFolder unbroken = unbroken(backend);
            RunFolder broken = RunFolder.create(directory.resolve("broken"));
            try (Model model = model(backend, 1)) {
                assertThatThrownBy(() -> new Trainer(model, TASK, CONFIG, 7, broken, new Killer(8)).train())
                        .hasMessage("killed");
            }
            assertThat(broken.steps()).endsWith(6L);
            // What a process that is killed may leave: half a line, and half a checkpoint.
            Files.writeString(broken.metrics(), "{\"step\": 9, \"lo", StandardOpenOption.APPEND);
            Path half = broken.checkpoints().resolve(".step-00000009.unfinished-x");
            Files.createDirectories(half);
            Files.writeString(half.resolve("weights.safetensors"), "half");
            resume(backend, broken);
            assertThat(half).doesNotExist();
            assertSameRun(broken, unbroken);
        }
    }

    @Test
    void resumingWithoutACheckpointStartsAtTheFirstStep() throws IOException {
        try (TensorBackend backend = Small.Engine.REFERENCE.open()) {
            RunFolder unbroken = unbroken(backend);
            RunFolder broken = RunFolder.create(directory.resolve("broken"));
            try (Model model = model(backend, 1)) {
                assertThatThrownBy(() -> new Trainer(model, TASK, CONFIG, 7, broken, new Killer(2)).train())
                        .hasMessage("killed");
                assertThat(broken.steps()).isEmpty();
                assertThat(Files.readAllLines(broken.metrics())).hasSize(2);
            }
            try (Model model = model(backend, 1)) {
                new Trainer(model, TASK, CONFIG, 7, broken, TrainListener.NONE).resume();
            }
            assertSameRun(broken, unbroken);
        }
    }

    @Test
    void resumingAFinishedRunRepeatsOnlyTheTest() throws IOException {
        try (TensorBackend backend = Small.Engine.REFERENCE.open()) {
            RunFolder folder = unbroken(backend);
            List<String> before = Files.readAllLines(folder.metrics());
            TrainResult result = resume(backend, folder);
            assertThat(result.step()).isEqualTo(12);
            assertThat(result.validation()).isNotNull();
            assertThat(Files.readAllLines(folder.metrics())).isEqualTo(before);
        }
    }

    @Test
    void anotherMemoryIsRefusedByName() {
        try (TensorBackend backend = Small.Engine.REFERENCE.open();
                Model other = Small.modelWithoutMemory(backend, TASK, DType.F32)) {
            RunFolder folder = unbroken(backend);
            assertThatThrownBy(() -> new Trainer(other, TASK, CONFIG, 7, folder, TrainListener.NONE).resume())
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining("CHECKPOINT_INVALID")
                    .hasMessageContaining("belongs to another model. This model has memory: none, not mean");
        }
    }

    @Test
    void anotherBatchSizeDoesNotFitTheCarriedState() {
        TrainConfig wider = Small.config(Map.of("batch", 5));
        try (TensorBackend backend = Small.Engine.REFERENCE.open()) {
            RunFolder folder = unbroken(backend);
            try (Model model = model(backend, 1)) {
                assertThatThrownBy(() -> new Trainer(model, TASK, wider, 7, folder, TrainListener.NONE).resume())
                        .hasMessageContaining("CHECKPOINT_INVALID")
                        .hasMessageContaining("train.batch 5");
            }
        }
    }

    private RunFolder unbroken(TensorBackend backend) {
        RunFolder folder = RunFolder.create(directory.resolve("unbroken"));
        try (Model model = model(backend, 1)) {
            new Trainer(model, TASK, CONFIG, 7, folder, TrainListener.NONE).train();
        }
        return folder;
    }

    /** In a model with other first values: everything must come from the checkpoint. */
    private static TrainResult resume(TensorBackend backend, RunFolder folder) {
        try (Model model = model(backend, 2)) {
            return new Trainer(model, TASK, CONFIG, 7, folder, TrainListener.NONE).resume();
        }
    }

    private static Model model(TensorBackend backend, long seed) {
        return Small.model(new MeanMemoryProvider(), backend, TASK, DType.F32, 0.2, seed);
    }

    private static void assertSameRun(RunFolder actual, RunFolder expected) throws IOException {
        assertThat(curve(actual)).isEqualTo(curve(expected)).hasSize(12 + 3 + 1);
        for (String file : List.of("weights.safetensors", "optimizer.safetensors", "state.safetensors")) {
            assertThat(actual.checkpoint(12).resolve(file))
                    .hasSameBinaryContentAs(expected.checkpoint(12).resolve(file));
        }
    }

    /** All lines without the times. */
    private static List<String> curve(RunFolder folder) throws IOException {
        return Files.readAllLines(folder.metrics()).stream()
                .map(line -> line.replaceAll("\"(tokens_per_second|seconds)\":[^,}]*,?", ""))
                .collect(Collectors.toList());
    }

    private static final class Stopper implements TrainListener {
        private final long at;
        private Trainer trainer;

        Stopper(long at) {
            this.at = at;
        }

        @Override
        public void stepped(StepReport report) {
            if (report.step() == at) {
                trainer.requestStop();
            }
        }
    }

    private record Killer(long at) implements TrainListener {
        @Override
        public void stepped(StepReport report) {
            if (report.step() == at) {
                throw new IllegalStateException("killed");
            }
        }
    }
}
