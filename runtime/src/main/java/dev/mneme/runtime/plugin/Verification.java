package dev.mneme.runtime.plugin;

import org.jspecify.annotations.Nullable;

/**
 * What {@link PluginFolder#verify} says of a jar.
 *
 * @param file its name without {@code .disabled}
 * @param finding the result
 * @param expected digest that was recorded when it was installed; null if none was
 * @param found digest of the file; null if there is no file
 */
public record Verification(
        String file,
        Finding finding,
        @Nullable String expected,
        @Nullable String found) {
    /** How a file compares with its record. */
    public enum Finding {
        /** As it was installed. */
        INTACT,
        /** Other content than was installed. */
        ALTERED,
        /** Installed, but no longer there. */
        MISSING,
        /** Put there by hand: nothing to compare with. */
        UNRECORDED
    }

    /** Whether nothing speaks against it. */
    public boolean isFine() {
        return finding == Finding.INTACT || finding == Finding.UNRECORDED;
    }
}
