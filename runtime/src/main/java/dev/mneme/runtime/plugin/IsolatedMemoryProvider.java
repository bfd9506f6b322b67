package dev.mneme.runtime.plugin;

import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;

/** A dropped-in plugin's provider, called in the plugin's surroundings. */
final class IsolatedMemoryProvider<C extends Record> implements MemoryProvider<C> {
    private final MemoryProvider<C> provider;
    private final PluginCalls calls;

    IsolatedMemoryProvider(MemoryProvider<C> provider, PluginCalls calls) {
        this.provider = provider;
        this.calls = calls;
    }

    @Override
    public String name() {
        return calls.call(provider::name);
    }

    @Override
    public MemoryDescription description() {
        return calls.call(provider::description);
    }

    @Override
    public Class<C> configType() {
        return calls.call(provider::configType);
    }

    @Override
    public Roles roles(C config, MechanismContext context) {
        Roles roles = calls.call(() -> provider.roles(config, context));
        return new Roles(
                roles.memory(),
                roles.reader(),
                roles.writer(),
                (reader, writer) -> calls.call(() -> roles.controllers().around(reader, writer)));
    }

    /** Of the isolated roles, also where the plugin has a way of its own. */
    @Override
    public Mechanism create(C config, MechanismContext context) {
        return roles(config, context).assemble();
    }
}
