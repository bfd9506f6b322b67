package dev.mneme.tck.memory;

import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;

/** The backbone alone, made by a function of its keys. */
record MadeProvider<C extends Record>(Class<C> configType, Creation<C> creation) implements MemoryProvider<C> {
    interface Creation<C extends Record> {
        Roles create(C config, MechanismContext context);
    }

    /** Keys that nothing depends on. */
    static <C extends Record> MadeProvider<C> of(Class<C> configType) {
        return new MadeProvider<>(configType, (config, context) -> backbone(context));
    }

    static Roles backbone(MechanismContext context) {
        return new NoMemoryProvider().roles(NoMemoryProvider.Config.defaults(), context);
    }

    @Override
    public String name() {
        return "made";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription("Made", "Mneme tests", "nothing is stored");
    }

    @Override
    public Roles roles(C config, MechanismContext context) {
        return creation.create(config, context);
    }
}
