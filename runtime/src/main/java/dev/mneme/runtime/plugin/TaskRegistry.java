package dev.mneme.runtime.plugin;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** All tasks that can be trained on. Immutable and thread-safe; usable until the {@link PluginHost} is closed. */
public final class TaskRegistry {
    private final Catalog<TaskEntry> catalog;

    TaskRegistry(List<TaskEntry> entries, Map<String, String> contested, List<Rejected> rejected) {
        this.catalog = new Catalog<>("task", entries, TaskEntry::name, contested, rejected);
    }

    /** Every entry, by name. */
    public List<TaskEntry> all() {
        return catalog.all();
    }

    public Set<String> names() {
        return catalog.names();
    }

    /**
     * The task of a name.
     *
     * @throws dev.mneme.error.MnemeException ({@code NAME_UNKNOWN}) with the nearest names and the rejected jars;
     *     ({@code PLUGIN_REJECTED}) naming the jars if several claim the name
     */
    public TaskEntry require(String name) {
        return catalog.require(name);
    }
}
