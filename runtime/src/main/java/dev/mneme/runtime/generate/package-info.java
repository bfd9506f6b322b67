/**
 * Generation: {@link dev.mneme.runtime.generate.Generator} continues prompts and answers sources, greedily or by drawing
 * as {@link dev.mneme.runtime.generate.Decoding} says.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.runtime.generate;
