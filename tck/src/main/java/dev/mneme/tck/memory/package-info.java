/**
 * What proves a memory: extend {@link dev.mneme.tck.memory.MemoryContract} in your tests and hand it your provider. Every
 * {@link dev.mneme.tck.memory.MemoryCase} runs in every task form and on every engine of the class path.
 * Tests of what is the mechanism's own look into it with {@link dev.mneme.tck.memory.MechanismProbe}.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Stable
package dev.mneme.tck.memory;
