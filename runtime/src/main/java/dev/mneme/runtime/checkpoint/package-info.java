/**
 * What a run leaves on disk. {@link dev.mneme.runtime.checkpoint.RunFolder} is the folder of a run,
 * {@link dev.mneme.runtime.checkpoint.Checkpoint} one saved step in it: complete or absent, never half there, every byte
 * covered by a checksum. Tensors are stored as {@link dev.mneme.runtime.checkpoint.Safetensors}, so that other programs
 * can read them.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.runtime.checkpoint;
