package dev.mneme.memory;

import dev.mneme.tensor.Tensor;
import java.util.Map;

/**
 * What a controller makes of one segment.
 *
 * @param logits (batch, length, vocabulary), or (batch, targetLength, vocabulary) for an encoder-decoder
 * @param next state after the segment
 * @param losses auxiliary losses by name, scalars
 */
public record StepResult(Tensor logits, MemoryState next, Map<String, Tensor> losses) {}
