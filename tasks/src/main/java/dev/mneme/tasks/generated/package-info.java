/**
 * Tasks whose sequences are drawn from a generator, each with the exact accuracy that is possible without a memory.
 * Start with {@link dev.mneme.tasks.generated.CopyProvider}. Token ids begin with PAD 0, BOS 1, SEP 2, QUERY 3, ANS 4;
 * data symbols follow, except in the broadcast task, which has data symbols alone, and in quadratic-equations, whose ids
 * after PAD are characters.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.tasks.generated;
