package dev.mneme.task;

import java.nio.file.Path;

/**
 * What a task may need besides its own configuration.
 *
 * @param segmentLength {@code model.segment}: tokens of a segment; tasks whose sequences have a length of their own cut
 *     them into segments of this length, or ignore it if they are a single segment
 * @param segments {@code train.segments}: segments of a training window for streams of text
 * @param dataDirectory cache of fetched data sets
 */
public record TaskContext(int segmentLength, int segments, Path dataDirectory) {}
