package dev.mneme.tasks.generated;

import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.TaskProvider;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Solve a quadratic equation step by step: the six lines of {@link QuadraticEquation}, each in a slot of 30 tokens, one
 * token a character, the rest of the slot PAD (shown as {@code _}). Both roots are integers, so that every step is exact.
 *
 * <p>The 180 tokens are predicted causally, each from those before it; the last 150, PAD among them, are scored: labels
 * stand at places 29 to 178. The sequence is cut into segments of {@code model.segment}: 30 gives one slot a segment, 180
 * or more a single segment. As PAD is easily told, {@code exact}, the share of solutions without any fault, says more
 * than the accuracy. No bound of a model without a memory is known.
 *
 * <p>Roots and first coefficient are uniform; an equation is only ever drawn for one of the splits, by a hash of it: 80 %
 * belong to the training split, 10 % to each of the others.
 */
public final class QuadraticEquationsProvider implements TaskProvider<QuadraticEquationsConfig> {
    static final int SLOT = 30;
    private static final int SLOTS = 6;

    @Override
    public String name() {
        return "quadratic-equations";
    }

    @Override
    public String summary() {
        return "solve an equation step by step, 30 characters a step; a memory carries the steps across segments";
    }

    @Override
    public Class<QuadraticEquationsConfig> configType() {
        return QuadraticEquationsConfig.class;
    }

    @Override
    public Task create(QuadraticEquationsConfig config, TaskContext context) {
        Symbols names = Symbols.characters(QuadraticEquation.ALPHABET);
        TaskInfo info = new TaskInfo(
                Form.DECODER,
                names.size(),
                names.size(),
                Math.min(SLOTS * SLOT, context.segmentLength()),
                0,
                -1,
                -1,
                Double.NaN,
                Double.NaN);
        return new GeneratedTask(
                info,
                names,
                (split, random) -> example(draw(config, split, random), names),
                config.evaluationSequences());
    }

    private static QuadraticEquation draw(QuadraticEquationsConfig config, Split split, SplittableRandom random) {
        while (true) {
            int magnitude = random.nextInt(1, config.maxLeading() + 1);
            int leading = random.nextBoolean() ? magnitude : -magnitude;
            int one = random.nextInt(-config.maxRoot(), config.maxRoot() + 1);
            int other = random.nextInt(-config.maxRoot(), config.maxRoot() + 1);
            QuadraticEquation equation = new QuadraticEquation(leading, Math.min(one, other), Math.max(one, other));
            if (splitOf(equation) == split) {
                return equation;
            }
        }
    }

    private static Split splitOf(QuadraticEquation equation) {
        long code = (equation.leading() * 1000L + equation.smaller()) * 1000L + equation.larger();
        return switch (new SplittableRandom(code).nextInt(10)) {
            case 0 -> Split.VALIDATION;
            case 1 -> Split.TEST;
            default -> Split.TRAIN;
        };
    }

    private static Example example(QuadraticEquation equation, Symbols names) {
        long[] tokens = new long[SLOTS * SLOT];
        List<String> lines = equation.lines();
        for (int slot = 0; slot < SLOTS; slot++) {
            long[] line = names.parse(lines.get(slot));
            System.arraycopy(line, 0, tokens, slot * SLOT, line.length);
        }
        long[] labels = new long[tokens.length];
        Arrays.fill(labels, SegmentBatch.IGNORED);
        System.arraycopy(tokens, SLOT, labels, SLOT - 1, tokens.length - SLOT);
        return new Example(tokens, null, labels);
    }
}
