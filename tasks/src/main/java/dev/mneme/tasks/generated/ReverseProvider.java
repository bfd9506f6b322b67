package dev.mneme.tasks.generated;

import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskProvider;

/**
 * Write the source from its end to its beginning; forms and bounds are those of {@link CopyProvider}. Without BOS this is
 * the reverse task of the recurrent memory transformer (2L tokens).
 */
public final class ReverseProvider implements TaskProvider<ReverseConfig> {
    @Override
    public String name() {
        return "reverse";
    }

    @Override
    public String summary() {
        return "write the source backwards; without a memory of the source every symbol is a guess";
    }

    @Override
    public Class<ReverseConfig> configType() {
        return ReverseConfig.class;
    }

    @Override
    public Task create(ReverseConfig config, TaskContext context) {
        return new CopySequence(config.length(), config.symbols(), 1, true, config.begin(), 0, config.form())
                .task(config.evaluationSequences(), context.segmentLength());
    }
}
