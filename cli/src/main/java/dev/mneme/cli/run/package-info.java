/**
 * Training runs as the command shows them: {@link dev.mneme.cli.run.TrainProgress} while they go on,
 * {@link dev.mneme.cli.run.RunRecord} reads the record back, {@link dev.mneme.cli.run.RunReport} draws it.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.run;
