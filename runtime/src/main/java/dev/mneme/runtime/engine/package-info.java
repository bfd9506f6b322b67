/**
 * Which engines there are and which one is used; start with {@link dev.mneme.runtime.engine.EngineRegistry}. Engine jars
 * name a Guice module in {@code META-INF/services/com.google.inject.Module} that adds an
 * {@link dev.mneme.tensor.EngineProvider} to the set of all.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.runtime.engine;
