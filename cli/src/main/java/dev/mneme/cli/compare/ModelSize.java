package dev.mneme.cli.compare;

/**
 * How large a model is.
 *
 * @param parameters trained numbers
 * @param stateBytes of one stream, at most: what is carried from one segment to the next
 * @param sequenceTokens of a sequence of the task, all segments together; 0 for streams, which do not end
 */
public record ModelSize(long parameters, long stateBytes, long sequenceTokens) {}
