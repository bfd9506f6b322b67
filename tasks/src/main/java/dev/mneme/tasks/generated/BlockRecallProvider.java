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
 * Tell what the segments of long ago began with. T segments of {@code model.segment} tokens L, causal, made of blocks of
 * equal tokens, the symbol of each block uniform; token ids are the symbols 0 .. symbols - 1. At the last place of each
 * segment that has one {@code distance} segments before it, the symbol of the first block of that segment is due.
 *
 * <p>The block stands {@code distance} L tokens to {@code distance} L - block + 1 tokens before the segment of the
 * question: beyond a cache of fewer tokens, but not beyond a memory that keeps one row for each block.
 *
 * <p>{@code chanceAccuracy} is 1 / symbols, exactly: blocks are independent, and that one is in an earlier segment.
 */
public final class BlockRecallProvider implements TaskProvider<BlockRecallConfig> {
    @Override
    public String name() {
        return "block-recall";
    }

    @Override
    public String summary() {
        return "tell what a segment some way back began with; blocks of equal tokens can be compressed without loss";
    }

    @Override
    public Class<BlockRecallConfig> configType() {
        return BlockRecallConfig.class;
    }

    @Override
    public Task create(BlockRecallConfig config, TaskContext context) {
        int length = context.segmentLength();
        if (length % config.block() != 0) {
            throw Settings.invalid(List.of("task.block: must divide model.segment, got blocks of " + config.block()
                    + " tokens and segments of " + length + "; change task.block or model.segment"));
        }
        int symbols = config.symbols();
        TaskInfo info = new TaskInfo(Form.DECODER, symbols, symbols, length, 0, -1, -1, 1.0 / symbols, Double.NaN);
        int total = Math.multiplyExact(config.segments(), length);
        return new GeneratedTask(
                info,
                Symbols.dataOnly().and("s", symbols),
                (split, random) -> draw(config, total, length, random),
                config.evaluationSequences());
    }

    private static Example draw(BlockRecallConfig config, int total, int length, SplittableRandom random) {
        long[] blocks =
                random.longs(total / config.block(), 0, config.symbols()).toArray();
        long[] tokens = new long[total];
        Arrays.setAll(tokens, i -> blocks[i / config.block()]);
        long[] labels = new long[total];
        Arrays.fill(labels, SegmentBatch.IGNORED);
        for (int segment = config.distance(); segment < config.segments(); segment++) {
            labels[(segment + 1) * length - 1] = tokens[(segment - config.distance()) * length];
        }
        return new Example(tokens, null, labels);
    }
}
