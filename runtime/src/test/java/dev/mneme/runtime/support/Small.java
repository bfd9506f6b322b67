package dev.mneme.runtime.support;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.backend.libtorch.LibTorchEngineProvider;
import dev.mneme.config.Settings;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.model.ModelDescription;
import dev.mneme.runtime.model.ModelFactory;
import dev.mneme.runtime.train.TrainConfig;
import dev.mneme.task.Task;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.TensorBackend;
import java.util.Map;

/** Small models, runs and engines. */
public final class Small {
    private Small() {}

    /** Engines to test on. */
    public enum Engine {
        REFERENCE,
        LIBTORCH;

        public TensorBackend open() {
            return this == REFERENCE
                    ? ReferenceBackend.open()
                    : new LibTorchEngineProvider().open(new EngineOptions(1));
        }
    }

    /** A model of the memory {@code mean}. */
    public static Model model(TensorBackend backend, Task task, DType dtype, double dropout) {
        return model(new MeanMemoryProvider(), backend, task, dtype, dropout, 1);
    }

    /** The same without a memory. */
    public static Model modelWithoutMemory(TensorBackend backend, Task task, DType dtype) {
        return model(new NoMemoryProvider(), backend, task, dtype, 0, 1);
    }

    public static Model model(
            MemoryProvider<?> provider, TensorBackend backend, Task task, DType dtype, double dropout, long seed) {
        BackboneConfig backbone = Settings.bind(
                "model",
                BackboneConfig.class,
                Map.of(
                        "dim",
                        16,
                        "layers",
                        1,
                        "heads",
                        2,
                        "segment",
                        SmallTask.LENGTH,
                        "dropout",
                        dropout,
                        "embedding_std",
                        0.5,
                        "head_bias",
                        true));
        ModelDescription description =
                new ModelDescription(provider.name(), "test", Map.of(), backbone, task.info(), dtype, seed);
        return ModelFactory.create(provider, description, backend);
    }

    /** Defaults for a run of seconds, with these keys changed. */
    public static TrainConfig config(Map<String, ?> changes) {
        TrainConfig base = Settings.bind(
                "train",
                TrainConfig.class,
                Map.of(
                        "batch",
                        4,
                        "steps",
                        12,
                        "warmup",
                        2,
                        "lr",
                        0.01,
                        "evaluate_every",
                        0,
                        "evaluation_batches",
                        2,
                        "save_every",
                        0));
        return Settings.bind("train", base, changes);
    }
}
