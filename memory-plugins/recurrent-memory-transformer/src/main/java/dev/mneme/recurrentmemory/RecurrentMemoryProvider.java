package dev.mneme.recurrentmemory;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.backbone.TransformerController;
import dev.mneme.memory.Controller;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Roles;
import dev.mneme.memory.Writer;
import dev.mneme.recurrentmemory.RecurrentMemoryConfig.Backbone;
import dev.mneme.task.Form;

/** Entry point of the Recurrent Memory Transformer. */
public final class RecurrentMemoryProvider implements MemoryProvider<RecurrentMemoryConfig> {
    @Override
    public String name() {
        return "recurrent-memory-transformer";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription(
                "Recurrent Memory Transformer",
                "Bulatov, Kuratov, Burtsev 2022, arXiv 2207.06881",
                "memory rows before and behind each segment: tokens read the first, the second become the next memory");
    }

    @Override
    public Class<RecurrentMemoryConfig> configType() {
        return RecurrentMemoryConfig.class;
    }

    @Override
    public Roles roles(RecurrentMemoryConfig config, MechanismContext context) {
        BackboneConfig backbone = context.backbone();
        if (config.backbone() == Backbone.XL) {
            XlRequirements.check(backbone, context.task());
        }
        boolean writesAtEnd = config.memAtEnd() && context.task().form() == Form.DECODER;
        StateCache cache = config.cache() == 0 ? null : new StateCache(backbone.layers(), config.cache());
        RecurrentMemory memory = new RecurrentMemory(context.modules().child("memory"), config, backbone, cache);
        Reader reader = new RecurrentMemoryReader(config.slots(), writesAtEnd, cache);
        Writer writer = new RecurrentMemoryWriter(config.slots(), cache);
        return new Roles(memory, reader, writer, (r, w) -> controller(config, context, r, w));
    }

    private static Controller controller(
            RecurrentMemoryConfig config, MechanismContext context, Reader reader, Writer writer) {
        if (config.backbone() == Backbone.XL) {
            return new RecurrentMemoryXlController(context, config, reader, writer);
        }
        boolean bothEnds = config.memAtEnd() && context.task().form() == Form.DECODER;
        return new TransformerController(context, reader, writer, bothEnds ? 2 * config.slots() : config.slots());
    }
}
