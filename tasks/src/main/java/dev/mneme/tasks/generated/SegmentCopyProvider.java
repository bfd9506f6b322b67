package dev.mneme.tasks.generated;

import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskProvider;

/**
 * Write the first segment in the last one, with segments of noise between. The first segment is s_1 .. s_K, the next
 * T - 2 are K random symbols each of the same alphabet, the last is SEP a_1 .. a_{K-1} where the answer a is the source or
 * its reverse; a_i is due at the i-th place. In the encoder form the last segment is SEP and K - 1 times QUERY.
 *
 * <p>Segments have K tokens, which must be at most {@code model.segment}; their number can be another one at evaluation.
 * {@code chanceAccuracy} is 1/V, exactly: nothing of the source is in the segment of the answer.
 */
public final class SegmentCopyProvider implements TaskProvider<SegmentCopyConfig> {
    @Override
    public String name() {
        return "segment-copy";
    }

    @Override
    public String summary() {
        return "write the first segment again after segments of noise; without a memory every symbol is a guess";
    }

    @Override
    public Class<SegmentCopyConfig> configType() {
        return SegmentCopyConfig.class;
    }

    @Override
    public Task create(SegmentCopyConfig config, TaskContext context) {
        int length = config.length();
        SegmentFit.require(length, context, "task.length");
        int noise = Math.multiplyExact(config.segments() - 2, length);
        return new CopySequence(length, config.symbols(), 1, config.reversed(), false, noise, config.form())
                .task(config.evaluationSequences(), length);
    }
}
