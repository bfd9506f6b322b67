/**
 * Training: {@link dev.mneme.runtime.train.Trainer} repeats window, gradients, update; how gradients go back through the
 * segments of a window is a {@link dev.mneme.runtime.train.BackPropagation}. Every loss is a mean over the scored labels
 * of all windows that make one step.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.runtime.train;
