package dev.mneme.cli.bench;

import java.util.List;

/**
 * One measurement of a grid, made by a process of its own.
 *
 * @param name what progress and records call it; differs from all others of the grid
 * @param arguments words of the {@code mneme} command line; the command must print its result as JSON
 * @param work how long it takes beside the other cells, in any unit
 */
public record Cell(String name, List<String> arguments, double work) {
    public Cell {
        arguments = List.copyOf(arguments);
    }
}
