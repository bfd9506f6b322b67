/**
 * Tasks whose sequences are drawn from a generator, each with the accuracy that is possible without a memory: exact, or,
 * where its Javadoc says so, estimated from drawn sequences. Start with {@link dev.mneme.tasks.generated.CopyProvider}.
 * Token ids begin with PAD 0, BOS 1, SEP 2, QUERY 3, ANS 4; data symbols follow, except in broadcast, delayed-token,
 * block-recall and pair-lookup, which have data symbols alone, and in quadratic-equations, whose ids after PAD are
 * characters.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.tasks.generated;
