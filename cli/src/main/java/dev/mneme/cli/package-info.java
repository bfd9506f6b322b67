/**
 * The {@code mneme} command: one class per subcommand, listed in {@link dev.mneme.cli.Main}. Results go to standard
 * output, progress and errors to standard error.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli;
