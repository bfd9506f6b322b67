/**
 * What callers may build on. Every public type of core-api, the contract tests and the runtime is
 * {@link dev.mneme.stability.Stable}, {@link dev.mneme.stability.Beta} or {@link dev.mneme.stability.Internal}: by an
 * annotation of its own, or else by that of its package. Members may only promise less than their type.
 */
@org.jspecify.annotations.NullMarked
@Stable
package dev.mneme.stability;
