package dev.mneme.tasks.generated;

import dev.mneme.task.Split;
import java.util.SplittableRandom;

/** Draws the sequences of a task, all of the same shape. Thread-safe. */
@FunctionalInterface
interface ExampleSource {
    /**
     * One sequence.
     *
     * @param split it is for; tasks whose sequences must not repeat across splits draw others for each
     * @param random all that is drawn comes from here
     */
    Example draw(Split split, SplittableRandom random);
}
