package dev.mneme.cli.bench;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.cli.run.DeviceFigures;
import dev.mneme.config.Settings;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryState;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.evaluate.ProcessMemory;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.model.ModelDescription;
import dev.mneme.runtime.model.ModelFactory;
import dev.mneme.runtime.plugin.MemoryEntry;
import dev.mneme.runtime.train.TrainConfig;
import dev.mneme.runtime.train.Trainer;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineInfo;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Precision;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One measurement.
 *
 * @param batch streams
 * @param segment tokens of a segment
 * @param segments of a step
 * @param vocabulary number of token ids
 * @param warmUp steps before those that count
 * @param steps that count
 * @param seed of parameters and tokens
 */
public record Bench(int batch, int segment, int segments, int vocabulary, int warmUp, int steps, long seed) {
    /** The {@code train.*} keys that have a meaning in a measurement. */
    private static final Set<String> TRAIN_KEYS = Set.of(
            "bptt",
            "bptt_segments",
            "lr",
            "weight_decay",
            "beta1",
            "beta2",
            "epsilon",
            "clip",
            "label_smoothing",
            "precision",
            "workers");

    /** What is measured. */
    public enum Mode {
        /** Forward, backward, AdamW. */
        TRAIN,
        /** Forward without gradients. */
        INFER
    }

    /**
     * What came out.
     *
     * @param tokensPerSecond of the median step
     * @param stepSeconds median
     * @param peakBytes most resident memory of the process up to the last step
     * @param modelBytes resident memory once the model, and in training the optimizer's state, exist and before the
     *     first step
     * @param deviceModelBytes what the device's allocator had in use then; 0 where tensors are in the memory of the process
     * @param parameters trained numbers
     * @param precision what was computed in
     * @param bptt how gradients went through time; null in inference
     * @param workers groups of streams that were trained at the same time; 1 in inference
     * @param operationsPerSecond of the median step, as {@link ModelArithmetic} counts
     */
    public record Measured(
            double tokensPerSecond,
            double stepSeconds,
            long peakBytes,
            long modelBytes,
            long deviceModelBytes,
            long parameters,
            Precision precision,
            TrainConfig.@Nullable Bptt bptt,
            int workers,
            double operationsPerSecond) {}

    public Bench {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("--batch", batch);
        sizes.put("--segment", segment);
        sizes.put("--segments", segments);
        sizes.put("--vocab", vocabulary);
        sizes.put("--steps", steps);
        List<String> problems = new ArrayList<>();
        sizes.forEach((option, value) -> {
            if (value < 1) {
                problems.add(option + ": expected at least 1, got " + value);
            }
        });
        if (warmUp < 0) {
            problems.add("--warmup: expected at least 0, got " + warmUp);
        }
        if (!problems.isEmpty()) {
            throw Settings.invalid(problems);
        }
    }

    /**
     * Measures a mechanism.
     *
     * @param settings by dotted key: {@code memory.*}, {@code model.*}, and of {@code train.*} what changes a step
     */
    public Measured run(Mneme mneme, String memory, Map<String, String> settings, Mode mode) {
        Plan plan = plan(mneme, memory, settings);
        TensorBackend backend = mneme.backend().at(plan.training().precision());
        try (Model model = new ModelFactory(mneme.memories()).create(plan.model(), backend)) {
            RandomTokens task = task();
            return mode == Mode.TRAIN ? train(model, task, plan.training()) : infer(model, task);
        }
    }

    /**
     * Says what is wrong with settings without measuring anything.
     *
     * @throws MnemeException ({@code CONFIG_INVALID} or {@code NAME_UNKNOWN}) with every problem
     */
    public void check(Mneme mneme, String memory, Map<String, String> settings) {
        plan(mneme, memory, settings);
    }

    /** The model that settings describe. */
    ModelDescription description(Mneme mneme, String memory, Map<String, String> settings) {
        return plan(mneme, memory, settings).model();
    }

    private record Plan(ModelDescription model, TrainConfig training) {}

    private Plan plan(Mneme mneme, String memory, Map<String, String> settings) {
        MemoryEntry entry = mneme.memories().require(memory);
        requireKnown(settings);
        TrainConfig training =
                training(section("train.", settings), mneme.backend().info());
        Map<String, Object> memorySettings = Settings.toMap(entry.configure(section("memory.", settings)));
        BackboneConfig backbone = Settings.bind("model", BackboneConfig.class, section("model.", settings));
        return new Plan(
                new ModelDescription(memory, entry.version(), memorySettings, backbone, task().info(), DType.F32, seed),
                training);
    }

    RandomTokens task() {
        return new RandomTokens(vocabulary, segment, segments);
    }

    private static void requireKnown(Map<String, String> settings) {
        List<String> problems = new ArrayList<>();
        for (String key : settings.keySet()) {
            if (key.startsWith("train.") && !TRAIN_KEYS.contains(key.substring("train.".length()))) {
                problems.add(key + ": has no meaning in a measurement; of train.* these can be set: "
                        + String.join(", ", new TreeSet<>(TRAIN_KEYS)));
            } else if (!key.startsWith("memory.") && !key.startsWith("model.") && !key.startsWith("train.")) {
                problems.add(key + ": only memory.*, model.* and train.* keys can be set here");
            }
        }
        if (!problems.isEmpty()) {
            throw Settings.invalid(problems);
        }
    }

    private static Map<String, String> section(String prefix, Map<String, String> settings) {
        Map<String, String> keys = new LinkedHashMap<>();
        settings.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                keys.put(key.substring(prefix.length()), value);
            }
        });
        return keys;
    }

    /**
     * A worker for every thread of the engine, unless told otherwise, the streams cannot be split evenly, or a device other
     * than the processor computes: there one batch fills it better than several.
     */
    private TrainConfig training(Map<String, String> chosen, EngineInfo engine) {
        Map<String, Object> keys = new LinkedHashMap<>();
        boolean splits = engine.device().equals("cpu") && batch % engine.threads() == 0;
        keys.put("workers", splits ? engine.threads() : 1);
        keys.putAll(chosen);
        keys.put("batch", batch);
        keys.put("segments", segments);
        // One more than are taken: a run that is stopped does not evaluate, one that finishes does.
        keys.put("steps", warmUp + steps + 1);
        keys.put("schedule", "constant");
        keys.put("warmup", 0);
        keys.put("evaluate_every", 0);
        return Settings.bind("train", TrainConfig.class, keys);
    }

    private Measured train(Model model, RandomTokens task, TrainConfig config) {
        StepMeter meter = new StepMeter(warmUp + steps, model.backend());
        Trainer trainer = new Trainer(model, task, config, seed, null, meter);
        meter.stopAtTheEnd(trainer);
        trainer.train();
        double speed = meter.speeds().medianAfter(warmUp);
        return new Measured(
                speed,
                tokens() / speed,
                meter.peakBytes(),
                meter.modelBytes(),
                meter.deviceModelBytes(),
                model.mechanism().parameterCount(),
                config.precision(),
                config.bptt(),
                config.workers(),
                operations(model, Mode.TRAIN, speed));
    }

    private double operations(Model model, Mode mode, double tokensPerSecond) {
        return tokensPerSecond * ModelArithmetic.of(model, segment).perToken(mode);
    }

    private Measured infer(Model model, RandomTokens task) {
        long modelBytes = ProcessMemory.residentBytes();
        long deviceModelBytes = DeviceFigures.bytesInUse(model.backend());
        WindowSource windows = task.windows(Split.TRAIN, batch, seed);
        double[] seconds = new double[steps];
        for (int step = -warmUp; step < steps; step++) {
            Window window = windows.window(step + warmUp);
            long start = System.nanoTime();
            forward(model, window);
            model.backend().synchronize();
            if (step >= 0) {
                seconds[step] = (System.nanoTime() - start) / 1e9;
            }
        }
        Arrays.sort(seconds);
        int middle = steps / 2;
        double median = steps % 2 == 1 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2;
        return new Measured(
                tokens() / median,
                median,
                ProcessMemory.peakBytes(),
                modelBytes,
                deviceModelBytes,
                model.mechanism().parameterCount(),
                model.backend().precision(),
                null,
                1,
                operations(model, Mode.INFER, tokens() / median));
    }

    private double tokens() {
        return (double) batch * segment * segments;
    }

    private static void forward(Model model, Window window) {
        try (GradientMode off = model.backend().noGradient();
                TensorScope scope = model.backend().scope()) {
            MemoryState state = null;
            for (SegmentBatch segment : window.segments()) {
                try (TensorScope inner = model.backend().scope()) {
                    state = model.run(segment, state, Pass.evaluation()).next();
                    state.tensors().values().forEach(inner::keep);
                }
            }
        }
    }
}
