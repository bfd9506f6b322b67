package dev.mneme.runtime.plugin;

import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskProvider;
import java.util.Objects;

/** A dropped-in plugin's provider, called in the plugin's surroundings. */
final class IsolatedTaskProvider<C extends Record> implements TaskProvider<C> {
    private static final String DESCRIBING = "describing itself";

    private final TaskProvider<C> provider;
    private final PluginCalls calls;

    IsolatedTaskProvider(TaskProvider<C> provider, PluginCalls calls) {
        this.provider = provider;
        this.calls = calls;
    }

    @Override
    public String name() {
        return calls.call(DESCRIBING, provider::name);
    }

    @Override
    public String summary() {
        return calls.call(DESCRIBING, provider::summary);
    }

    @Override
    public Class<C> configType() {
        return calls.call(DESCRIBING, provider::configType);
    }

    @Override
    public Task create(C config, TaskContext context) {
        return new IsolatedTask(
                calls.call(
                        "creating its task",
                        () -> Objects.requireNonNull(provider.create(config, context), "the task is null")),
                calls);
    }
}
