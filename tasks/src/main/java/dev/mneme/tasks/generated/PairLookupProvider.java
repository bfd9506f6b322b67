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
 * Look up the values of keys, two steps away: a segment k_1 v_1 .. k_P v_P, then a segment of 2P keys drawn from these P,
 * each of which must be answered, in place, with its value. Keys are distinct, values uniform. Token ids are the keys 0 ..
 * V_k - 1, then the values; causal.
 *
 * <p>A row of the first segment that holds a value knows its key only after attention inside that segment, so a memory of
 * single tokens is not enough. Segments have 2P tokens, which must be at most {@code model.segment}.
 *
 * <p>{@code chanceAccuracy} is 1/V_v, exactly: no value is in the segment of the questions.
 */
public final class PairLookupProvider implements TaskProvider<PairLookupConfig> {
    @Override
    public String name() {
        return "pair-lookup";
    }

    @Override
    public String summary() {
        return "answer a segment of keys with the values they had in the segment before; it takes two steps of attention";
    }

    @Override
    public Class<PairLookupConfig> configType() {
        return PairLookupConfig.class;
    }

    @Override
    public Task create(PairLookupConfig config, TaskContext context) {
        int length = Math.multiplyExact(2, config.pairs());
        SegmentFit.require(length, context, "task.pairs");
        Symbols names = Symbols.dataOnly().and("k", config.keys()).and("v", config.values());
        TaskInfo info = new TaskInfo(
                Form.DECODER, names.size(), names.size(), length, 0, -1, -1, 1.0 / config.values(), Double.NaN);
        return new GeneratedTask(info, names, (split, random) -> draw(config, random), config.evaluationSequences());
    }

    private static Example draw(PairLookupConfig config, SplittableRandom random) {
        int pairs = config.pairs();
        int[] keys = RetrievalProvider.distinct(pairs, config.keys(), random);
        long[] tokens = new long[4 * pairs];
        for (int pair = 0; pair < pairs; pair++) {
            tokens[2 * pair] = keys[pair];
            tokens[2 * pair + 1] = config.keys() + random.nextInt(config.values());
        }
        long[] labels = new long[tokens.length];
        Arrays.fill(labels, SegmentBatch.IGNORED);
        for (int at = 2 * pairs; at < tokens.length; at++) {
            int asked = random.nextInt(pairs);
            tokens[at] = tokens[2 * asked];
            labels[at] = tokens[2 * asked + 1];
        }
        return new Example(tokens, null, labels);
    }
}
