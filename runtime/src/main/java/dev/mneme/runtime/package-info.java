/**
 * Mneme in one object: {@link dev.mneme.runtime.Mneme} opens the plugins and the engine, lists what there is, makes
 * {@link dev.mneme.runtime.TrainingRun}s, loads what they trained and closes it all again.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.runtime;
