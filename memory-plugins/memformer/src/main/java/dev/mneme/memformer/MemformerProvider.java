package dev.mneme.memformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.backbone.TransformerController;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memformer.MemformerConfig.Variant;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Roles;
import dev.mneme.memory.Writer;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.TransformerBlock.NormPlacement;
import dev.mneme.task.Form;

/** Entry point of Memformer. */
public final class MemformerProvider implements MemoryProvider<MemformerConfig> {
    @Override
    public String name() {
        return "memformer";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription(
                "Memformer: A Memory-Augmented Transformer for Sequence Modeling",
                "Wu, Lan, Qian, Gu, Geramifard, Yu 2022, arXiv 2010.06891",
                "slots carried over segments, read by cross-attention, written by slot attention with forgetting");
    }

    @Override
    public Class<MemformerConfig> configType() {
        return MemformerConfig.class;
    }

    @Override
    public Roles roles(MemformerConfig config, MechanismContext context) {
        BackboneConfig backbone = context.backbone();
        requireFit(config, context);
        MemformerMemory memory = new MemformerMemory(context.modules().child("memory"), config, backbone.dim());
        ModuleContext writing = context.modules().child("writer");
        if (config.variant() == Variant.MEMBART) {
            return roles(context, memory, new MemBartReader(), new MemBartWriter(writing, backbone, memory));
        }
        MemformerReader reader = new MemformerReader(context.modules().child("reader"), backbone);
        Writer writer = config.variant() == Variant.GRU
                ? new MemformerGruWriter(writing, config, backbone, reader)
                : new MemformerBmnWriter(writing, config, backbone, memory, reader);
        return roles(context, memory, reader, writer);
    }

    private static Roles roles(MechanismContext context, MemformerMemory memory, Reader reader, Writer writer) {
        return new Roles(memory, reader, writer, (r, w) -> new TransformerController(context, r, w, 0));
    }

    private static void requireFit(MemformerConfig config, MechanismContext context) {
        if (config.variant() != Variant.MEMBART) {
            return;
        }
        if (context.task().form() == Form.DECODER) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "memory.variant=membart writes its slots inside every encoder layer from all tokens of the segment,"
                            + " but this task has a causal decoder, where earlier tokens would see later ones through"
                            + " the slots. Set memory.variant to bmn or gru, or choose a task with an encoder");
        }
        if (context.backbone().norm() != NormPlacement.POST) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "memory.variant=membart is defined for blocks that normalise after each sublayer, but"
                            + " model.norm=pre. Set model.norm=post");
        }
    }
}
