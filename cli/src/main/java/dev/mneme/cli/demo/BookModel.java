package dev.mneme.cli.demo;

import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.run.RunRecord;
import dev.mneme.cli.run.RunSummary;
import dev.mneme.cli.run.SpeedListener;
import dev.mneme.cli.run.TrainProgress;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.runtime.generate.Decoding;
import dev.mneme.runtime.generate.Generator;
import dev.mneme.runtime.train.StepReport;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.TrainResult;
import dev.mneme.runtime.train.Trainer;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.WindowSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A language model over the bytes of the book that comes with the tasks. */
public final class BookModel implements AutoCloseable {
    /** A slow machine stops here, with whatever it has learned. */
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private static final String PROMPT = "The whale ";
    private static final int SAMPLE = 240;

    private final TrainingRun run;
    private final RunFolder folder;
    private final LiveLine line;

    /** Makes the model. */
    public BookModel(Mneme mneme, String memory, long steps, long seed, Path path, LiveLine line) {
        Map<String, Object> flags = new LinkedHashMap<>();
        flags.put("memory", memory);
        flags.put("task", "text");
        flags.put("seed", seed);
        flags.put("steps", steps);
        flags.put("model.dim", 128);
        flags.put("model.layers", 2);
        flags.put("model.heads", 4);
        flags.put("model.segment", 128);
        flags.put("train.batch", 16);
        flags.put("train.segments", 1);
        flags.put("train.lr", 0.003);
        flags.put("train.warmup", Math.min(30, steps / 10));
        flags.put("train.evaluate_every", Math.max(1, steps / 6));
        flags.put("train.evaluation_batches", 4);
        flags.put("train.save_every", 0);
        RunConfig config = mneme.configurations().load(null, flags, List.of());
        this.run = mneme.newRun(config);
        this.folder = RunFolder.create(path);
        this.line = line;
    }

    /**
     * What came out.
     *
     * @param summary of the run
     * @param record of the run
     * @param frequencyBits bits per byte of a guess by letter frequencies alone
     * @param prompt that the sample goes on from
     * @param sample text the model wrote
     */
    public record Result(RunSummary summary, RunRecord record, double frequencyBits, String prompt, String sample) {
        /** Bits per byte of the test text. */
        public double bitsPerByte() {
            return summary.metrics().get(Metrics.BITS_PER_BYTE).orElse(Double.NaN);
        }
    }

    public TrainingRun trained() {
        return run;
    }

    /** Trains, evaluates and lets the model write. */
    public Result run() {
        SpeedListener speeds = new SpeedListener();
        TimeLimit limit = new TimeLimit();
        Trainer trainer =
                run.trainer(folder, TrainListener.all(speeds, new TrainProgress("language model", line), limit));
        limit.trainer.set(trainer);
        TrainResult result = trainer.train();
        Metrics metrics = result.test() != null ? result.test() : run.evaluate(Split.TEST);
        RunSummary summary = new RunSummary(
                result.step(), metrics, speeds.median(), result.peakBytes(), run.parameterCount(), result.seconds());
        long[] prompt = run.task().parseInput(PROMPT);
        long[] written = new Generator(run.model())
                .continuation(
                        prompt, new Decoding(SAMPLE, 0.7, 40, 1, run.config().seed()), token -> {});
        return new Result(
                summary,
                RunRecord.read(folder.metrics()),
                frequencyBits(),
                PROMPT,
                run.task().renderTarget(written));
    }

    /** Entropy of the labels of the test split, in bits. */
    private double frequencyBits() {
        long[] counts = new long[run.task().info().targetVocabulary()];
        WindowSource windows =
                run.task().windows(Split.TEST, run.config().train().batch(), 0);
        long total = 0;
        for (long position = 0; position < windows.size(); position++) {
            for (SegmentBatch segment : windows.window(position).segments()) {
                for (long label : segment.labels()) {
                    if (label != SegmentBatch.IGNORED) {
                        counts[Math.toIntExact(label)]++;
                        total++;
                    }
                }
            }
        }
        double bits = 0;
        for (long count : counts) {
            if (count > 0) {
                double share = (double) count / total;
                bits -= share * Math.log(share) / Math.log(2);
            }
        }
        return bits;
    }

    @Override
    public void close() {
        run.close();
    }

    private static final class TimeLimit implements TrainListener {
        private final AtomicReference<@Nullable Trainer> trainer = new AtomicReference<>();
        private final long end = System.nanoTime() + LIMIT.toNanos();

        @Override
        public void stepped(StepReport report) {
            Trainer running = trainer.get();
            if (System.nanoTime() > end && running != null) {
                running.requestStop();
            }
        }
    }
}
