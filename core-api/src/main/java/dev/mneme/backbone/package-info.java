/**
 * The standard transformer backbones, with the places where a mechanism's reader and writer come in. Start with
 * {@link dev.mneme.backbone.TransformerController}; {@link dev.mneme.backbone.BackboneConfig} has the {@code model.*}
 * keys; {@link dev.mneme.backbone.NoMemoryProvider} is the memory-less baseline of every comparison.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.backbone;
