package dev.mneme.memformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The paper's writer: slot attention, then biased memory normalisation. Every segment turns a slot a little towards its
 * resting vector, which is also where it starts: that is forgetting.
 */
final class MemformerBmnWriter extends MemformerWriter {
    private final MemformerMemory memory;
    private final SlotAttention attention;

    MemformerBmnWriter(
            ModuleContext context,
            MemformerConfig config,
            BackboneConfig backbone,
            MemformerMemory memory,
            MemformerReader reader) {
        super(context, reader);
        this.memory = memory;
        attention =
                child("attention", c -> new SlotAttention(c, backbone.dim(), backbone.heads(), config.temperature()));
    }

    @Override
    Tensor update(Tensor slots, Tensor tokens, @Nullable Tensor valid, Pass pass) {
        return UnitLength.of(attend(slots, tokens, valid, pass).add(memory.start()));
    }

    /** The slots written and not yet drawn towards their resting vectors, (batch, k, dim). */
    Tensor attend(Tensor slots, Tensor tokens, @Nullable Tensor valid, Pass pass) {
        return attention.forward(slots, tokens, valid, pass);
    }
}
