package dev.mneme.runtime.engine;

import dev.mneme.tensor.Availability;

/**
 * One engine as a listing shows it.
 *
 * @param name given to {@code --backend}
 * @param priority the highest among the available ones is the automatic choice
 * @param availability whether it works on this machine
 */
public record EngineStatus(String name, int priority, Availability availability) {}
