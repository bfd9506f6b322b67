package dev.mneme.cli.compare;

import org.jspecify.annotations.Nullable;

/**
 * A row of the table: a mechanism on a task at a size.
 *
 * @param memory the mechanism
 * @param task it is trained on
 * @param sizes the size is one of; null if nothing varies
 * @param size value of the setting; null if nothing varies
 */
public record Place(
        MemoryChoice memory,
        TaskChoice task,
        @Nullable Sizes sizes,
        @Nullable Number size) {
    /** Such as {@code memformer on segment-copy, segments=3}. */
    public String label() {
        return memory.name() + " on " + ground();
    }

    /** Without the mechanism, such as {@code segment-copy, segments=3}. */
    String ground() {
        return task.name() + (sizes == null ? "" : ", " + sizes.shortName() + "=" + size);
    }
}
