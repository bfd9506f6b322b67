package dev.mneme.tasks.generated;

import dev.mneme.config.Settings;
import dev.mneme.task.TaskContext;
import java.util.List;

/** Refuses settings whose parts do not fit into a segment. */
final class SegmentFit {
    private SegmentFit() {}

    /**
     * Requires that a segment holds so many tokens.
     *
     * @param setting what makes it so many, such as {@code task.length}
     * @throws dev.mneme.error.MnemeException ({@code CONFIG_INVALID}) naming both
     */
    static void require(int tokens, TaskContext context, String setting) {
        if (tokens > context.segmentLength()) {
            throw Settings.invalid(List.of(setting + ": needs segments of " + tokens + " tokens, model.segment is "
                    + context.segmentLength() + "; raise model.segment or lower " + setting));
        }
    }
}
