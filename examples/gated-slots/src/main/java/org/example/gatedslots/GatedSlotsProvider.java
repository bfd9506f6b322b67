package org.example.gatedslots;

import dev.mneme.backbone.TransformerController;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;

/** Entry point, named in META-INF/services/dev.mneme.memory.MemoryProvider. */
public final class GatedSlotsProvider implements MemoryProvider<GatedSlotsConfig> {
    @Override
    public String name() {
        return "gated-slots";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription("Gated slots", "of our own", "slots that every token reads and a gate rewrites");
    }

    @Override
    public Class<GatedSlotsConfig> configType() {
        return GatedSlotsConfig.class;
    }

    @Override
    public Roles roles(GatedSlotsConfig config, MechanismContext context) {
        var memory = new GatedSlotsMemory(context.modules().child("memory"), context.backbone(), config);
        var reader = new GatedSlotsReader(context.modules().child("reader"), context.backbone());
        var writer = new GatedSlotsWriter(context.modules().child("writer"), context.backbone());
        return new Roles(memory, reader, writer, (r, w) -> new TransformerController(context, r, w, 0));
    }
}
