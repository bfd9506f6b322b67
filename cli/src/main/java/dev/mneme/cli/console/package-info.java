/**
 * What the command writes to a terminal: results to standard output ({@link dev.mneme.cli.console.Console}), progress
 * to standard error ({@link dev.mneme.cli.console.LiveLine}).
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.console;
