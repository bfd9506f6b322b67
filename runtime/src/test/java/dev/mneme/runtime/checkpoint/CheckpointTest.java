package dev.mneme.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.evaluate.Evaluator;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.Trainer;
import dev.mneme.task.Split;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointTest {
    private static final SmallTask TASK = SmallTask.of(SmallTask.Kind.STREAM);

    @TempDir
    private Path directory;

    private TensorBackend backend;
    private Model model;
    private RunFolder folder;
    private Path saved;

    @BeforeEach
    void train() {
        backend = Small.Engine.REFERENCE.open();
        model = Small.model(backend, TASK, DType.F32, 0);
        folder = RunFolder.create(directory.resolve("run"));
        new Trainer(model, TASK, Small.config(Map.of("steps", 2)), 1, folder, TrainListener.NONE).train();
        saved = folder.checkpoint(2);
    }

    @AfterEach
    void close() {
        model.close();
        assertThat(backend.memory().liveTensors()).isZero();
        backend.close();
    }

    @Test
    void everythingIsThere() {
        Checkpoint checkpoint = Checkpoint.open(saved);
        assertThat(checkpoint.progress().step()).isEqualTo(2);
        assertThat(checkpoint.progress().position()).isEqualTo(2);
        assertThat(checkpoint.progress().carriesState()).isTrue();
        assertThat(checkpoint.progress().bestStep()).isEqualTo(2);
        assertThat(checkpoint.model()).isEqualTo(model.describe());
        try (TensorScope scope = backend.scope()) {
            assertThat(checkpoint.loadState(backend).get("mean").shape()).isEqualTo(Shape.of(4, 16));
        }
    }

    @Test
    void aCheckpointOfOneEngineLoadsOnAnother() {
        Metrics expected = new Evaluator(model, TASK, 4).evaluate(Split.VALIDATION, 0);
        try (TensorBackend other = Small.Engine.LIBTORCH.open()) {
            try (Model copy = Small.model(other, TASK, DType.F32, 0)) {
                Checkpoint.open(saved).loadWeights(copy);
                Metrics metrics = new Evaluator(copy, TASK, 4).evaluate(Split.VALIDATION, 0);
                assertThat(metrics.loss()).isEqualTo(expected.loss(), within(1e-5));
                assertThat(metrics.accuracy()).isEqualTo(expected.accuracy(), within(0.02));
            }
            assertThat(other.memory().liveTensors()).isZero();
        }
    }

    @Test
    void anyFlippedByteAnywhereIsFound() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        for (Path file : AtomicFiles.list(saved)) {
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < 300; i++) {
                byte[] bad = good.clone();
                bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
                Files.write(file, bad);
                assertRefused();
            }
            Files.write(file, good);
        }
        Checkpoint.open(saved);
    }

    @Test
    void anyTruncationOrGrowthIsFound() throws IOException {
        SplittableRandom random = new SplittableRandom(8);
        for (Path file : AtomicFiles.list(saved)) {
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < 60; i++) {
                Files.write(file, Arrays.copyOf(good, random.nextInt(good.length)));
                assertRefused();
            }
            Files.write(file, Arrays.copyOf(good, good.length + 1));
            assertRefused();
            Files.delete(file);
            assertRefused();
            Files.write(file, good);
        }
    }

    @Test
    void messagesNameTheFileAndTheWayOut() throws IOException {
        Path weights = saved.resolve(Checkpoint.WEIGHTS);
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, 100));
        assertThatThrownBy(() -> Checkpoint.open(saved))
                .hasMessage(
                        "CHECKPOINT_INVALID: " + weights + " does not have the checksum that SHA256SUMS gives it: one"
                                + " of the two is corrupt or truncated. Delete the folder " + saved
                                + " to go on from the checkpoint before it");
        Files.delete(weights);
        assertThatThrownBy(() -> Checkpoint.open(saved))
                .hasMessageStartingWith("CHECKPOINT_INVALID: " + weights + " is missing");
        assertThatThrownBy(() -> Checkpoint.open(directory.resolve("nowhere")))
                .hasMessageContaining("is not a checkpoint: no such folder");
    }

    @Test
    void tensorsThatDoNotFitAreNamedAndNothingIsLoaded() throws IOException {
        try (TensorScope scope = backend.scope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            model.parameters().forEach((path, parameter) -> tensors.put(path, parameter.value()));
            tensors.remove("memory.start");
            tensors.put("memory.begin", backend.zeros(Shape.of(16), DType.F32));
            tensors.put("writer.project.weight", backend.zeros(Shape.of(16, 17), DType.F32));
            Safetensors.write(saved.resolve(Checkpoint.WEIGHTS), Map.of(), tensors);
        }
        Checksums.write(saved, Checkpoint.FILES);
        List<Double> before = Arrays.stream(
                        model.parameters().get("memory.start").value().toDoubles())
                .boxed()
                .toList();
        assertThatThrownBy(() -> Checkpoint.open(saved).loadWeights(model))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("does not fit the model in 3 tensors")
                .hasMessageContaining("memory.start is missing; nearest is memory.begin")
                .hasMessageContaining("writer.project.weight is F32(16, 17), expected F32(16, 16)")
                .hasMessageContaining("memory.begin is not part of the model");
        assertThat(Arrays.stream(model.parameters().get("memory.start").value().toDoubles())
                        .boxed()
                        .toList())
                .isEqualTo(before);
    }

    @Test
    void progressThatMakesNoSenseIsRefusedDespiteGoodChecksums() throws IOException {
        Path progress = saved.resolve(Checkpoint.PROGRESS);
        for (String bad : List.of("{}", "[]", "null", "{\"step\": \"x\"}", "{\"step\": -1}", "{\"steps\": 1}")) {
            Files.writeString(progress, bad);
            Checksums.write(saved, Checkpoint.FILES);
            assertRefused();
        }
    }

    private void assertRefused() {
        assertThatThrownBy(() -> Checkpoint.open(saved))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_INVALID));
    }
}
