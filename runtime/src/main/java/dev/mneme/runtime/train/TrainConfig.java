package dev.mneme.runtime.train;

import dev.mneme.config.Setting;
import dev.mneme.tensor.Precision;

/** How a model is trained: the {@code train.*} keys. */
public record TrainConfig(
        @Setting(value = "streams trained on side by side B", min = 1, max = 1 << 20)
        int batch,

        @Setting(value = "optimizer steps", min = 1, max = 1L << 40)
        long steps,

        @Setting(value = "peak learning rate", min = 0, max = 10)
        double lr,

        @Setting("how the learning rate goes on after the warm-up")
        Schedule schedule,

        @Setting(value = "steps over which the learning rate rises linearly from 0", min = 0, max = 1L << 40)
        long warmup,

        @Setting(value = "the cosine schedule's last learning rate as a share of the peak", min = 0, max = 1)
        double minLrRatio,

        @Setting(value = "decoupled weight decay of matrices", min = 0, max = 10)
        double weightDecay,

        @Setting(value = "Adam's decay of the first moment", min = 0, max = 0.9999999)
        double beta1,

        @Setting(value = "Adam's decay of the second moment", min = 0, max = 0.9999999)
        double beta2,

        @Setting(value = "Adam's epsilon", min = 1e-30, max = 1)
        double epsilon,

        @Setting(value = "largest norm of all gradients together; 0 = not clipped", min = 0)
        double clip,

        @Setting(value = "share of each target's probability spread over all labels", min = 0, max = 0.999)
        double labelSmoothing,

        @Setting(value = "windows whose gradients make one step", min = 1, max = 1 << 20)
        int accumulate,

        @Setting(
                value =
                        "groups the streams are split into, trained at the same time with one thread each; must divide batch",
                min = 1,
                max = 1 << 10)
        int workers,

        @Setting(value = "segments of a training window, for streams of text", min = 1, max = 1 << 16)
        int segments,

        @Setting(
                "gradients cross all segments of a window, or bptt_segments, or all by replaying: slower, less memory; "
                        + "checkpoint is replay that also computes its outputs twice, for comparison")
        Bptt bptt,

        @Setting(value = "segments that gradients cross when truncated", min = 1, max = 1 << 16)
        int bpttSegments,

        @Setting("how products of F32 numbers are computed; tf32 and bf16 are faster where the engine has them, "
                + "parameters and losses stay F32")
        Precision precision,

        @Setting(value = "steps between lines in metrics.jsonl", min = 1, max = 1 << 30)
        int logEvery,

        @Setting(
                value = "steps between evaluations on the validation split; 0 = at the end only",
                min = 0,
                max = 1L << 40)
        long evaluateEvery,

        @Setting(value = "windows of one evaluation; 0 = the whole split", min = 0, max = 1L << 40)
        long evaluationBatches,

        @Setting(value = "steps between checkpoints; 0 = at the end only", min = 0, max = 1L << 40)
        long saveEvery,

        @Setting(value = "newest checkpoints that are kept, beside the best one", min = 1, max = 1 << 20)
        int keep,

        @Setting(
                value = "evaluations without a lower validation loss before training stops; 0 = never",
                min = 0,
                max = 1 << 20)
        int patience,

        @Setting(value = "validation accuracy at which training stops; 0 = never", min = 0, max = 1)
        double stopAtAccuracy) {

    /** Learning rate after the warm-up. */
    public enum Schedule {
        /** Stays at the peak. */
        CONSTANT,
        /** Falls along half a cosine to {@code min_lr_ratio} of the peak at the last step. */
        COSINE,
        /** Falls with the inverse square root of the step; without warm-up from the first step on. */
        INVERSE_SQUARE_ROOT
    }

    /** Back-propagation through time. */
    public enum Bptt {
        /** Gradients cross all segments of a window. */
        FULL,
        /**
         * Gradients cross all segments; their memory path is computed twice so that one segment at a time is in memory
         * (Memformer's memory replay).
         */
        REPLAY,
        /**
         * As replay, and outputs are computed twice as well: what generic gradient checkpointing of whole segments does.
         */
        CHECKPOINT,
        /** The state is cut off from the graph after every {@code bptt_segments} segments. */
        TRUNCATED
    }

    public TrainConfig {
        if (batch % workers != 0) {
            throw new IllegalArgumentException(
                    "workers (" + workers + ") must divide batch (" + batch + "): each trains as many streams");
        }
        if (evaluateEvery == 0 && patience > 0) {
            throw new IllegalArgumentException("patience counts evaluations: set evaluate_every, or patience to 0");
        }
        if (evaluateEvery == 0 && stopAtAccuracy > 0) {
            throw new IllegalArgumentException(
                    "stop_at_accuracy needs evaluations: set evaluate_every, or stop_at_accuracy to 0");
        }
    }

    /** A short run that fits a CPU. */
    public static TrainConfig defaults() {
        return new TrainConfig(
                16,
                1000,
                1e-3,
                Schedule.COSINE,
                50,
                0.1,
                0.01,
                0.9,
                0.98,
                1e-8,
                1.0,
                0,
                1,
                1,
                4,
                Bptt.FULL,
                1,
                Precision.F32,
                1,
                200,
                16,
                200,
                2,
                0,
                0);
    }

    /** The learning rate of a step, counted from 1. */
    public double learningRate(long step) {
        if (step <= warmup) {
            return lr * step / warmup;
        }
        return switch (schedule) {
            case CONSTANT -> lr;
            case COSINE -> {
                double share = steps <= warmup ? 1 : (double) (step - warmup) / (steps - warmup);
                double cosine = 0.5 * (1 + Math.cos(Math.PI * Math.min(1, share)));
                yield lr * (minLrRatio + (1 - minLrRatio) * cosine);
            }
            case INVERSE_SQUARE_ROOT -> lr * Math.sqrt((double) Math.max(1, warmup) / step);
        };
    }
}
