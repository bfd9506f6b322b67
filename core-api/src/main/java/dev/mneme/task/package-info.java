/**
 * The task SPI: where batches of segments come from. Start with {@link dev.mneme.task.Task}; shapes are in
 * {@link dev.mneme.task.SegmentBatch}.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Stable
package dev.mneme.task;
