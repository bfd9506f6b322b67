/**
 * What proves an engine: extend {@link dev.mneme.tck.BackendContract} in your tests and hand it your engine. Its answers
 * are compared with {@link dev.mneme.tck.ReferenceBackend}, a slow and obvious engine in plain Java that also serves to
 * test the mathematics of a memory without any native library. What proves a memory is in {@code dev.mneme.tck.memory}.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.tck;
