/**
 * Looks at a memory while it works: {@link dev.mneme.runtime.inspect.Inspector} runs a stream segment by segment and says
 * of each what became of the state, how surprising its tokens were, and what the mechanism itself shows.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.runtime.inspect;
