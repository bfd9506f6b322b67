package dev.mneme.tck.memory;

import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;

/** A right entry point that no services file names. */
public final class UnlistedProvider implements MemoryProvider<SlotConfig> {
    @Override
    public String name() {
        return "unlisted";
    }

    @Override
    public MemoryDescription description() {
        return new SlotProvider().description();
    }

    @Override
    public Class<SlotConfig> configType() {
        return SlotConfig.class;
    }

    @Override
    public Roles roles(SlotConfig config, MechanismContext context) {
        return new SlotProvider().roles(config, context);
    }
}
