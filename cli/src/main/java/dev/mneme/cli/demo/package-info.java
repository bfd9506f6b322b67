/**
 * {@code mneme demo}: a memory beside the same transformer without one ({@link dev.mneme.cli.demo.Duel}), then a language
 * model ({@link dev.mneme.cli.demo.BookModel}).
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.demo;
