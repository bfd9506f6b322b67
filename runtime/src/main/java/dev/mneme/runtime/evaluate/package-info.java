/**
 * How good a model is and what it costs: {@link dev.mneme.runtime.evaluate.Evaluator} runs a split and returns
 * {@link dev.mneme.runtime.evaluate.Metrics}.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.runtime.evaluate;
