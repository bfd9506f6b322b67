package dev.mneme.tck.memory;

import dev.mneme.backbone.TransformerController;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;

/** A small mechanism that keeps the contract: slots read by every token, moved after each segment, with an auxiliary loss. */
public final class SlotProvider implements MemoryProvider<SlotConfig> {
    private final Fault fault;

    /** Without a fault. */
    public SlotProvider() {
        this(new Fault() {});
    }

    SlotProvider(Fault fault) {
        this.fault = fault;
    }

    @Override
    public String name() {
        return "slots";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription("Slots", "Mneme tests", "slots that tokens read and segments move");
    }

    @Override
    public Class<SlotConfig> configType() {
        return SlotConfig.class;
    }

    @Override
    public Roles roles(SlotConfig config, MechanismContext given) {
        MechanismContext context = fault.context(given);
        var memory =
                fault.memory(new SlotMemory(context.modules().child("memory"), context.backbone(), config), context);
        var reader = fault.reader(new SlotReader(context.modules().child("reader"), context.backbone()));
        var writer = fault.writer(new SlotWriter(context.modules().child("writer"), context.backbone(), config));
        return new Roles(
                memory, reader, writer, (r, w) -> fault.controller(new TransformerController(context, r, w, 0)));
    }
}
