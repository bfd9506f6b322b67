package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Entries by name, and why other names lead nowhere. */
final class Catalog<E> {
    private final String kind;
    private final Map<String, E> entries = new TreeMap<>();
    private final Map<String, String> contested;
    private final List<Rejected> rejected;

    /**
     * Entries with distinct names.
     *
     * @param kind for messages
     * @param contested names that several providers claim, with the jars
     * @param rejected everything that did not load, to be told when a name is not found
     */
    Catalog(
            String kind,
            List<E> entries,
            Function<E, String> name,
            Map<String, String> contested,
            List<Rejected> rejected) {
        this.kind = kind;
        entries.forEach(entry -> this.entries.put(name.apply(entry), entry));
        this.contested = Map.copyOf(contested);
        this.rejected = rejected;
    }

    List<E> all() {
        return List.copyOf(entries.values());
    }

    Set<String> names() {
        return Set.copyOf(entries.keySet());
    }

    E require(String name) {
        E entry = entries.get(name);
        if (entry != null) {
            return entry;
        }
        if (contested.containsKey(name)) {
            throw new MnemeException(
                    ErrorCode.PLUGIN_REJECTED,
                    kind + " '" + name + "': " + contested.get(name) + " all claim this name; remove all but one");
        }
        String broken = rejected.isEmpty()
                ? ""
                : rejected.stream().map(jar -> "\n  " + jar).collect(Collectors.joining("", "\nRejected:", ""));
        throw new MnemeException(
                ErrorCode.NAME_UNKNOWN,
                kind + " '" + name + "': no such name; " + NearestName.hint(name, entries.keySet()) + broken);
    }
}
