package dev.mneme.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryProvider;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.checkpoint.Safetensors;
import dev.mneme.runtime.checkpoint.SafetensorsFile;
import dev.mneme.runtime.evaluate.Evaluator;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.MeanMemoryProvider;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.runtime.train.ReplayBackPropagation.FirstPass;
import dev.mneme.task.Split;
import dev.mneme.task.Window;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Precision;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Training in brain floats beside the same training in F32. */
final class PrecisionTest {
    /** A loss after some dozens of steps; operands lose all but three digits at every product. */
    private static final double LOSS_TOLERANCE = 0.05;

    /** Of gradients, relative to the largest: the same numbers are rounded, in another order of sums. */
    private static final double GRADIENT_TOLERANCE = 0.01;

    private static final SmallTask STREAM = SmallTask.of(SmallTask.Kind.STREAM);

    private final TensorBackend engine = Small.Engine.LIBTORCH.open();

    @TempDir
    private Path directory;

    @AfterEach
    void nothingIsLeft() {
        assertThat(engine.memory().liveTensors()).isZero();
        engine.close();
    }

    @ParameterizedTest
    @EnumSource(TrainConfig.Bptt.class)
    void brainFloatsLearnWhatSinglePrecisionLearns(TrainConfig.Bptt bptt) {
        TrainConfig config = Small.config(Map.of("steps", 60, "bptt", bptt.name()));
        List<Double> single = losses(engine, config);
        List<Double> brain = losses(engine.at(Precision.BF16), config);

        assertThat(brain).isNotEqualTo(single);
        assertThat(brain.get(59)).isLessThan(0.5 * brain.get(0));
        assertThat(brain.get(59)).isCloseTo(single.get(59), within(LOSS_TOLERANCE));
    }

    @Test
    void groupsOfStreamsTrainInBrainFloatsToo() {
        List<Double> together = losses(engine.at(Precision.BF16), Small.config(Map.of("workers", 1)));
        List<Double> inGroups = losses(engine.at(Precision.BF16), Small.config(Map.of("workers", 2)));

        for (int step = 0; step < together.size(); step++) {
            assertThat(inGroups.get(step)).isCloseTo(together.get(step), within(LOSS_TOLERANCE));
        }
    }

    static Stream<MemoryProvider<?>> mechanisms() {
        List<MemoryProvider<?>> providers = new ArrayList<>(List.of(new MeanMemoryProvider()));
        for (MemoryProvider<?> provider : ServiceLoader.load(MemoryProvider.class)) {
            providers.add(provider);
        }
        return providers.stream();
    }

    @ParameterizedTest
    @MethodSource("mechanisms")
    void replayComputesAsTheForwardPassDid(MemoryProvider<?> provider) {
        for (SmallTask.Kind kind : List.of(SmallTask.Kind.STREAM, SmallTask.Kind.RECALL)) {
            SmallTask task = SmallTask.of(kind);
            Window window = task.windows(Split.TRAIN, 3, 3).window(2);
            try (Model model = Small.model(provider, engine.at(Precision.BF16), task, DType.F32, 0.3, 1)) {
                List<float[]> full = gradients(model, window, new FullBackPropagation());
                assertClose(gradients(model, window, new ReplayBackPropagation(FirstPass.MEMORY_PATH)), full);
                assertClose(gradients(model, window, new ReplayBackPropagation(FirstPass.EVERYTHING)), full);
            }
        }
    }

    @Test
    void checkpointsAreSinglePrecisionAndServeBoth() {
        TrainConfig config = Small.config(Map.of("steps", 10, "save_every", 5));
        RunFolder folder = RunFolder.create(directory);
        try (Model model = model(engine.at(Precision.BF16))) {
            new Trainer(model, STREAM, config, 1, folder, TrainListener.NONE).train();
            assertThat(model.parameters().values()).allMatch(p -> p.value().dtype() == DType.F32);
        }
        for (String file : List.of("weights", "optimizer", "state")) {
            Path path = folder.latest().orElseThrow().folder().resolve(file + ".safetensors");
            try (SafetensorsFile saved = Safetensors.open(path)) {
                assertThat(saved.entries().values()).isNotEmpty().allMatch(entry -> entry.dtype() == DType.F32);
            }
        }

        double single = evaluate(engine, folder);
        double brain = evaluate(engine.at(Precision.BF16), folder);

        assertThat(brain).isCloseTo(single, within(LOSS_TOLERANCE)).isNotEqualTo(single);
        TrainConfig longer = Small.config(Map.of("steps", 12, "save_every", 5));
        try (Model model = model(engine)) {
            TrainResult result = new Trainer(model, STREAM, longer, 1, folder, TrainListener.NONE).resume();
            assertThat(result.step()).isEqualTo(12);
        }
    }

    static Stream<TestEngine> enginesOfOnePrecision() {
        return TestEngine.all().stream().filter(engine -> !engine.toString().startsWith("libtorch"));
    }

    @ParameterizedTest
    @MethodSource("enginesOfOnePrecision")
    void otherEnginesSayWhatTheyHave(TestEngine other) {
        assertThatThrownBy(() -> other.backend().at(Precision.BF16))
                .hasMessage("CONFIG_INVALID: precision 'bf16': the engine '"
                        + other.backend().info().name() + "' on cpu does not have it. Valid here: f32. Set"
                        + " train.precision or --precision to one of these, or choose another engine with --backend");
    }

    private static Model model(TensorBackend backend) {
        return Small.model(backend, STREAM, DType.F32, 0);
    }

    private static double evaluate(TensorBackend backend, RunFolder folder) {
        try (Model model = model(backend)) {
            folder.latest().orElseThrow().loadWeights(model);
            return new Evaluator(model, STREAM, 4).evaluate(Split.TEST, 2).loss();
        }
    }

    private static List<Double> losses(TensorBackend backend, TrainConfig config) {
        List<Double> losses = new ArrayList<>();
        TrainListener listener = new TrainListener() {
            @Override
            public void stepped(StepReport report) {
                losses.add(report.loss());
            }
        };
        try (Model model = model(backend)) {
            new Trainer(model, STREAM, config, 1, null, listener).train();
        }
        return losses;
    }

    private static List<float[]> gradients(Model model, Window window, BackPropagation scheme) {
        TensorBackend backend = model.backend();
        List<Tensor> parameters =
                model.parameters().values().stream().map(p -> p.value()).toList();
        try (TensorScope scope = backend.scope();
                GradientSum sum = new GradientSum(backend, parameters);
                LossRecord losses = new LossRecord(backend)) {
            scheme.run(
                    new WindowPass(model, window, new RandomSource(5), 0.1, StepSize.of(List.of(window)), sum, losses),
                    null);
            assertThat(sum.sums()).allMatch(gradient -> gradient.dtype() == DType.F32);
            return sum.sums().stream().map(Tensor::toFloats).toList();
        }
    }

    private static void assertClose(List<float[]> actual, List<float[]> expected) {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.size(); i++) {
            for (int j = 0; j < expected.get(i).length; j++) {
                largest = Math.max(largest, Math.abs(expected.get(i)[j]));
                difference = Math.max(difference, Math.abs(expected.get(i)[j] - actual.get(i)[j]));
            }
        }
        assertThat(largest).isGreaterThan(1e-3);
        assertThat(difference).isLessThan(GRADIENT_TOLERANCE * largest);
    }
}
