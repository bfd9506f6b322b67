/**
 * Golden vectors: inputs, parameters, results and gradients of a mechanism, computed elsewhere and stored as
 * safetensors files. Start with {@link dev.mneme.tck.golden.GoldenFile#ofMechanism}, run each file's case, and compare
 * with a {@link dev.mneme.tck.golden.GoldenComparison}.
 *
 * <p>A file says in its {@code __metadata__} which {@code mechanism} and {@code case} it belongs to and which sizes it
 * has. Its tensors are named {@code in.*} (inputs), {@code w.*} (parameters), {@code cot.*} (cotangents), {@code out.*}
 * (results) and {@code grad.*} (gradients of {@code out.scalar}).
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.tck.golden;
