/**
 * Mechanisms on tasks, over seeds and sizes, side by side. A {@link dev.mneme.cli.compare.Comparison} says what,
 * {@link dev.mneme.cli.compare.Planner} makes its cells, {@link dev.mneme.cli.compare.ComparisonRunner} trains those that
 * are not finished, {@link dev.mneme.cli.compare.ComparisonReport} draws what came out.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.compare;
