/** A memory, tasks and engines small enough for tests. */
@org.jspecify.annotations.NullMarked
package dev.mneme.runtime.support;
