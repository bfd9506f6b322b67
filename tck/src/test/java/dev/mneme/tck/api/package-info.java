/**
 * Whether core-api and the contract tests keep what {@link dev.mneme.stability.Stable} promises: japicmp compares them with
 * the last release, of which {@code src/api/stable.jar} of each module keeps the declarations.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.tck.api;
