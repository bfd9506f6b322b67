package dev.mneme.runtime.plugin;

import dev.mneme.config.SettingDescription;
import dev.mneme.config.Settings;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskProvider;
import java.util.List;
import java.util.Map;

/**
 * A task that can be trained on.
 *
 * @param provider makes it
 * @param name on the command line
 * @param version of the jar it comes from
 * @param source where that is, for people
 * @param settings the {@code task.*} keys it takes
 */
public record TaskEntry(
        TaskProvider<?> provider, String name, String version, String source, List<SettingDescription> settings) {
    public TaskEntry {
        settings = List.copyOf(settings);
    }

    /**
     * The task's configuration.
     *
     * @param values by key, see {@link Settings}
     * @throws dev.mneme.config.ConfigurationProblems if a key or value does not fit
     */
    public Record configure(Map<String, ?> values) {
        return Settings.bind("task", provider.configType(), values);
    }

    /** Makes the task from values. */
    public Task create(Map<String, ?> values, TaskContext context) {
        return create(provider, values, context);
    }

    private static <C extends Record> Task create(
            TaskProvider<C> provider, Map<String, ?> values, TaskContext context) {
        return provider.create(Settings.bind("task", provider.configType(), values), context);
    }
}
