package dev.mneme.runtime.plugin;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** All memory mechanisms that can be used, with {@code none} among them. Immutable and thread-safe; usable until the {@link PluginHost} is closed. */
public final class MemoryRegistry {
    private final Catalog<MemoryEntry> catalog;

    MemoryRegistry(List<MemoryEntry> entries, Map<String, String> contested, List<Rejected> rejected) {
        this.catalog = new Catalog<>("memory", entries, MemoryEntry::name, contested, rejected);
    }

    /** Every entry, by name. */
    public List<MemoryEntry> all() {
        return catalog.all();
    }

    public Set<String> names() {
        return catalog.names();
    }

    /**
     * The memory of a name.
     *
     * @throws dev.mneme.error.MnemeException ({@code NAME_UNKNOWN}) with the nearest names and the rejected jars;
     *     ({@code PLUGIN_REJECTED}) naming the jars if several claim the name
     */
    public MemoryEntry require(String name) {
        return catalog.require(name);
    }
}
