package dev.mneme.cli.bench;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.cli.run.SpeedListener;
import dev.mneme.config.Settings;
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
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One measurement.
 *
 * @param batch streams
 * @param segment tokens of a segment
 * @param segments of a step
 * @param vocabulary number of token ids
 * @param steps that count, after the warm-up
 * @param seed of parameters and tokens
 */
public record Bench(int batch, int segment, int segments, int vocabulary, int steps, long seed) {
    private static final int WARM_UP = 3;

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
     * @param peakBytes most resident memory of the process
     * @param parameters trained numbers
     */
    public record Measured(double tokensPerSecond, double stepSeconds, long peakBytes, long parameters) {}

    public Bench {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("--batch", batch);
        sizes.put("--segment", segment);
        sizes.put("--segments", segments);
        sizes.put("--vocab", vocabulary);
        sizes.put("--steps", steps);
        List<String> problems = sizes.entrySet().stream()
                .filter(size -> size.getValue() < 1)
                .map(size -> size.getKey() + ": expected at least 1, got " + size.getValue())
                .toList();
        if (!problems.isEmpty()) {
            throw Settings.invalid(problems);
        }
    }

    /**
     * Measures a mechanism.
     *
     * @param settings by dotted key, {@code memory.*} and {@code model.*}
     */
    public Measured run(Mneme mneme, String memory, Map<String, String> settings, Mode mode) {
        RandomTokens task = new RandomTokens(vocabulary, segment, segments);
        MemoryEntry entry = mneme.memories().require(memory);
        List<String> foreign = settings.keySet().stream()
                .filter(key -> !key.startsWith("memory.") && !key.startsWith("model."))
                .map(key -> key + ": only memory.* and model.* keys can be set here")
                .toList();
        if (!foreign.isEmpty()) {
            throw Settings.invalid(foreign);
        }
        Map<String, Object> memorySettings = Settings.toMap(entry.configure(section("memory.", settings)));
        BackboneConfig backbone = Settings.bind("model", BackboneConfig.class, section("model.", settings));
        ModelDescription description =
                new ModelDescription(memory, entry.version(), memorySettings, backbone, task.info(), DType.F32, seed);
        try (Model model = new ModelFactory(mneme.memories()).create(description, mneme.backend())) {
            double seconds = mode == Mode.TRAIN ? trainingStep(model, task) : forwardStep(model, task);
            double tokens = (double) batch * segment * segments;
            return new Measured(
                    tokens / seconds,
                    seconds,
                    ProcessMemory.peakBytes(),
                    model.mechanism().parameterCount());
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

    private double trainingStep(Model model, RandomTokens task) {
        TrainConfig config = Settings.bind(
                "train",
                TrainConfig.class,
                Map.of(
                        "batch",
                        batch,
                        "steps",
                        WARM_UP + steps,
                        "segments",
                        segments,
                        "schedule",
                        "constant",
                        "warmup",
                        0,
                        "evaluate_every",
                        0,
                        "evaluation_batches",
                        1));
        SpeedListener speeds = new SpeedListener();
        new Trainer(model, task, config, seed, null, speeds).train();
        return (double) batch * segment * segments / speeds.medianAfter(WARM_UP);
    }

    private double forwardStep(Model model, RandomTokens task) {
        WindowSource windows = task.windows(Split.TRAIN, batch, seed);
        double[] seconds = new double[steps];
        for (int step = -WARM_UP; step < steps; step++) {
            Window window = windows.window(step + WARM_UP);
            long start = System.nanoTime();
            forward(model, window);
            if (step >= 0) {
                seconds[step] = (System.nanoTime() - start) / 1e9;
            }
        }
        Arrays.sort(seconds);
        int middle = steps / 2;
        return steps % 2 == 1 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2;
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
