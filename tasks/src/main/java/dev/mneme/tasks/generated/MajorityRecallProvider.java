package dev.mneme.tasks.generated;

import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.TaskProvider;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Tell which symbol prevailed in the first segment. T segments of {@code model.segment} tokens L, causal. The symbol c is
 * uniform; each token of the first segment is c with probability {@code share}, otherwise uniform, and those of all other
 * segments are uniform. The last token of all is QUERY, where c is due.
 *
 * <p>No single token carries the answer: a memory has to keep the sum of many, not one exactly. Even so the answer is not
 * certain; with the defaults and segments of 16 tokens the most frequent symbol of the first is c 99 times in 100.
 *
 * <p>{@code chanceAccuracy} is 1 / symbols, exactly: the last segment does not depend on c.
 */
public final class MajorityRecallProvider implements TaskProvider<MajorityRecallConfig> {
    @Override
    public String name() {
        return "majority-recall";
    }

    @Override
    public String summary() {
        return "tell which symbol prevailed in the first segment after segments of noise; without a memory it is a guess";
    }

    @Override
    public Class<MajorityRecallConfig> configType() {
        return MajorityRecallConfig.class;
    }

    @Override
    public Task create(MajorityRecallConfig config, TaskContext context) {
        int length = context.segmentLength();
        Symbols names = Symbols.withControl().and("s", config.symbols());
        TaskInfo info = new TaskInfo(
                Form.DECODER, names.size(), names.size(), length, 0, -1, -1, 1.0 / config.symbols(), Double.NaN);
        int total = Math.multiplyExact(config.segments(), length);
        return new GeneratedTask(
                info, names, (split, random) -> draw(config, total, length, random), config.evaluationSequences());
    }

    private static Example draw(MajorityRecallConfig config, int total, int length, SplittableRandom random) {
        long majority = Symbols.FIRST_DATA + random.nextInt(config.symbols());
        long[] tokens = random.longs(total, Symbols.FIRST_DATA, Symbols.FIRST_DATA + (long) config.symbols())
                .toArray();
        for (int i = 0; i < length; i++) {
            if (random.nextDouble() < config.share()) {
                tokens[i] = majority;
            }
        }
        tokens[total - 1] = Symbols.QUERY;
        long[] labels = new long[total];
        Arrays.fill(labels, SegmentBatch.IGNORED);
        labels[total - 1] = majority;
        return new Example(tokens, null, labels);
    }
}
