package dev.mneme.cli.compare;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task with its settings.
 *
 * @param name unique in the comparison; the task's own if not said
 * @param task name of the task
 * @param settings beyond those of all, by dotted key
 * @param sizes instead of the comparison's; null = those
 * @param metric instead of the comparison's; null = that
 */
public record TaskChoice(
        String name,
        String task,
        Map<String, Object> settings,
        @Nullable Sizes sizes,
        @Nullable String metric) {
    public TaskChoice {
        if (task == null) {
            throw new IllegalArgumentException("each of tasks needs a task: the name of one");
        }
        name = name == null ? task : name;
        settings = settings == null ? Map.of() : new LinkedHashMap<>(settings);
    }

    /** The task as it is. */
    public static TaskChoice valueOf(String task) {
        return new TaskChoice(task, task, Map.of(), null, null);
    }
}
