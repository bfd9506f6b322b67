package dev.mneme.nn;

import dev.mneme.stability.Stable;
import java.util.Map;

/** Something with trainable parameters. */
@Stable
public interface Parameterized extends AutoCloseable {
    /** Parameters by dotted path relative to this, in the order they were made; none by default. */
    default Map<String, Parameter> parameters() {
        return Map.of();
    }

    /** Closes the native memory of parameters and constants; nothing by default. */
    @Override
    default void close() {}
}
