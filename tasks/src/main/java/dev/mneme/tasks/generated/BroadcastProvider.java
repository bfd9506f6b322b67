package dev.mneme.tasks.generated;

import dev.mneme.task.Form;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.TaskProvider;
import java.util.Arrays;

/**
 * Every position must tell the first symbol: x uniform, label x_0 everywhere, one segment, bidirectional. Token ids are
 * the symbols 0 .. symbols - 1.
 *
 * <p>A backbone whose tokens reach each other over at most {@code window} places lets positions 0 .. window know x_0; the
 * others guess. With no path at all, {@code chanceAccuracy} is (1 + (length - 1) / symbols) / length.
 */
public final class BroadcastProvider implements TaskProvider<BroadcastConfig> {
    @Override
    public String name() {
        return "broadcast";
    }

    @Override
    public String summary() {
        return "tell the first symbol at every position; tokens that cannot see it need a memory";
    }

    @Override
    public Class<BroadcastConfig> configType() {
        return BroadcastConfig.class;
    }

    @Override
    public Task create(BroadcastConfig config, TaskContext context) {
        int length = config.length();
        int symbols = config.symbols();
        int known = 1 + Math.min(config.window(), length - 1);
        double chance = (known + (length - known) / (double) symbols) / length;
        TaskInfo info = new TaskInfo(Form.ENCODER, symbols, symbols, length, 0, -1, -1, chance, Double.NaN);
        return new GeneratedTask(
                info,
                Symbols.dataOnly().and("s", symbols),
                (split, random) -> {
                    long[] tokens = random.longs(length, 0, symbols).toArray();
                    long[] labels = new long[length];
                    Arrays.fill(labels, tokens[0]);
                    return new Example(tokens, null, labels);
                },
                config.evaluationSequences());
    }
}
