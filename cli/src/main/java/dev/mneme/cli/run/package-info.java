/**
 * Training runs as the command does them: {@link dev.mneme.cli.run.TrainingRun} makes one,
 * {@link dev.mneme.cli.run.RunRecord} reads its record back, {@link dev.mneme.cli.run.RunReport} draws it.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.run;
