package dev.mneme.runtime.plugin;

import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;

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
    public Mechanism create(C config, MechanismContext context) {
        return calls.call(() -> provider.create(config, context));
    }
}
