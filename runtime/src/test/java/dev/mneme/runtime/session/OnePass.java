package dev.mneme.runtime.session;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.SegmentBatch;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.SplittableRandom;

/** What a stream must equal: the same segments run whole, one after the other. */
final class OnePass {
    private OnePass() {}

    static long[] tokens(Model model, int count, long seed) {
        return new SplittableRandom(seed)
                .longs(count, 0, model.describe().task().vocabulary())
                .toArray();
    }

    /** Log-probability of every token; NaN for the first. */
    static double[] logProbabilities(Model model, long[] tokens) {
        int length = model.describe().task().maxLength();
        int vocabulary = model.describe().task().vocabulary();
        double[] result = new double[tokens.length];
        result[0] = Double.NaN;
        try (GradientMode off = model.backend().noGradient();
                TensorScope scope = model.backend().scope()) {
            MemoryState state = null;
            for (int start = 0; start < tokens.length; start += length) {
                long[] segment = Arrays.copyOfRange(tokens, start, Math.min(tokens.length, start + length));
                SegmentBatch batch = new SegmentBatch(1, segment.length, segment, null, 0, null, segment, null);
                StepResult step = model.run(batch, state, Pass.evaluation());
                double[] logits = step.logits().toDoubles();
                for (int i = 0; i < segment.length && start + i + 1 < tokens.length; i++) {
                    double[] row = Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary);
                    double sum = Arrays.stream(row).map(Math::exp).sum();
                    result[start + i + 1] = row[(int) tokens[start + i + 1]] - Math.log(sum);
                }
                state = step.next();
            }
        }
        return result;
    }
}
