package dev.mneme.tasks.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Runs a program of the machine. */
interface CommandRunner {
    /**
     * What a program did.
     *
     * @param exitCode 0 = success
     * @param output standard output and error, mixed
     */
    record Result(int exitCode, String output) {}

    /** @throws IOException if the program cannot be started */
    Result run(List<String> command, Path workingDirectory) throws IOException, InterruptedException;
}
