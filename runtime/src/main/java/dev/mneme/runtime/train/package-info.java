/**
 * Training: {@link dev.mneme.runtime.train.Trainer} repeats window, gradients, update, as
 * {@link dev.mneme.runtime.train.TrainConfig} says. Every loss is a mean over the scored labels
 * of all windows that make one step.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.runtime.train;
