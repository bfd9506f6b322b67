package dev.mneme.runtime.session;

/**
 * What a pool is doing and has done.
 *
 * @param sessions open now
 * @param requests waiting or being answered now
 * @param answered requests since the pool was opened, with a result or an error
 * @param refused requests that found no place in the queue in time
 * @param tokens read since the pool was opened
 * @param batches run since the pool was opened
 * @param rows of all these batches together; divided by {@code batches} it is the mean number of sessions in one
 */
public record SessionStatistics(
        int sessions, int requests, long answered, long refused, long tokens, long batches, long rows) {}
