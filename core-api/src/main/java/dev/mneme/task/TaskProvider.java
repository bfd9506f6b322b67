package dev.mneme.task;

/**
 * Makes one kind of task; found by {@link java.util.ServiceLoader}.
 *
 * @param <C> its configuration record, see {@link dev.mneme.config.Settings}
 */
public interface TaskProvider<C extends Record> {
    /** Name on the command line: lower case, digits, hyphens. */
    String name();

    /** One line for listings: what the model must do and why a memory helps. */
    String summary();

    Class<C> configType();

    /**
     * Makes the task.
     *
     * @throws dev.mneme.error.MnemeException ({@code DATA_UNREADABLE}) if its data is missing or unreadable
     */
    Task create(C config, TaskContext context);
}
