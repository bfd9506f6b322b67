/**
 * Models: {@link dev.mneme.runtime.model.ModelFactory} makes a {@link dev.mneme.runtime.model.Model} from a mechanism, a
 * backbone and a task; {@link dev.mneme.runtime.model.ModelDescription} is all it takes to make it again.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.runtime.model;
