/**
 * Looks into a trained model: {@link dev.mneme.cli.inspect.AttentionMaps} for reports of runs,
 * {@link dev.mneme.cli.inspect.InspectPage} for what a memory does over a text.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.inspect;
