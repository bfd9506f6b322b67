package dev.mneme.cli;

import picocli.CommandLine.Option;

/** Options that every command has. */
final class CommonOptions {
    @Option(
            names = "--json",
            description = "End standard output with one line of JSON that holds the result; all other text goes to "
                    + "standard error.")
    boolean json;

    @Option(
            names = {"-v", "--verbose"},
            description = "Show stack traces of errors and what happens inside.")
    boolean verbose;
}
