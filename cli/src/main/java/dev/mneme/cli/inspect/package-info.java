/** Looks into a trained model: {@link dev.mneme.cli.inspect.AttentionMaps} for reports. */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.inspect;
