package dev.mneme.tensor;

/**
 * What an engine holds natively.
 *
 * @param liveTensors tensor handles that are open
 * @param liveBytes bytes of the distinct buffers behind them, as far as the engine can tell views apart
 */
public record MemoryStatistics(long liveTensors, long liveBytes) {}
