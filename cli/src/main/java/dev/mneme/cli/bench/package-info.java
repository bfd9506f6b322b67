/** Measures how fast a mechanism trains and runs; start with {@link dev.mneme.cli.bench.RandomTokens}. */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.bench;
