/**
 * {@code mneme stream}: text of any length through a model, line by line or segment by segment, and how surprised the
 * model is by it. Start with {@link dev.mneme.cli.stream.Surprises}.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.stream;
