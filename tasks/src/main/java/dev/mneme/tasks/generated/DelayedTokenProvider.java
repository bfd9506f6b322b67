package dev.mneme.tasks.generated;

import dev.mneme.config.Settings;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.TaskProvider;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Tell, at every place, the token d places back. T segments of {@code model.segment} tokens L, causal, of uniform symbols;
 * token ids are the symbols 0 .. symbols - 1. Scored are all places of the segments before which d tokens have been read:
 * those from segment d / L (rounded up, counted from 0) on.
 *
 * <p>With d at least L no segment contains an answer of its own. A memory of exactly the last M tokens knows those of
 * places d - M and later of a segment and of no others, so the accuracy tells the length of a memory.
 *
 * <p>{@code chanceAccuracy} is exact: places from d on find their answer in their own segment, the others guess with
 * 1 / symbols.
 */
public final class DelayedTokenProvider implements TaskProvider<DelayedTokenConfig> {
    @Override
    public String name() {
        return "delayed-token";
    }

    @Override
    public String summary() {
        return "tell the token some places back, at every place; what lies in earlier segments needs a memory";
    }

    @Override
    public Class<DelayedTokenConfig> configType() {
        return DelayedTokenConfig.class;
    }

    @Override
    public Task create(DelayedTokenConfig config, TaskContext context) {
        int length = context.segmentLength();
        int symbols = config.symbols();
        int firstScored = (config.delay() + length - 1) / length;
        if (firstScored >= config.segments()) {
            throw Settings.invalid(List.of("task.delay: in " + config.segments() + " segments of " + length
                    + " tokens no segment is left to score after the first " + config.delay()
                    + " tokens; raise task.segments to at least " + (firstScored + 1) + " or lower task.delay"));
        }
        double known = Math.max(0, length - config.delay());
        double chance = (known + (length - known) / symbols) / length;
        TaskInfo info = new TaskInfo(Form.DECODER, symbols, symbols, length, 0, -1, -1, chance, Double.NaN);
        int total = Math.multiplyExact(config.segments(), length);
        return new GeneratedTask(
                info,
                Symbols.dataOnly().and("s", symbols),
                (split, random) -> draw(config, total, firstScored * length, random),
                config.evaluationSequences());
    }

    private static Example draw(DelayedTokenConfig config, int total, int scoredFrom, SplittableRandom random) {
        long[] tokens = random.longs(total, 0, config.symbols()).toArray();
        long[] labels = new long[total];
        Arrays.fill(labels, 0, scoredFrom, SegmentBatch.IGNORED);
        System.arraycopy(tokens, scoredFrom - config.delay(), labels, scoredFrom, total - scoredFrom);
        return new Example(tokens, null, labels);
    }
}
