package dev.mneme.runtime.plugin;

import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import java.util.Objects;

/** A dropped-in plugin's provider, called in the plugin's surroundings. */
final class IsolatedMemoryProvider<C extends Record> implements MemoryProvider<C> {
    private static final String DESCRIBING = "describing itself";

    private final MemoryProvider<C> provider;
    private final PluginCalls calls;

    IsolatedMemoryProvider(MemoryProvider<C> provider, PluginCalls calls) {
        this.provider = provider;
        this.calls = calls;
    }

    @Override
    public String name() {
        return calls.call(DESCRIBING, provider::name);
    }

    @Override
    public MemoryDescription description() {
        return calls.call(DESCRIBING, provider::description);
    }

    @Override
    public Class<C> configType() {
        return calls.call(DESCRIBING, provider::configType);
    }

    @Override
    public Mechanism create(C config, MechanismContext context) {
        Mechanism mechanism =
                calls.call("creating its mechanism", () -> requireComplete(provider.create(config, context)));
        return new Mechanism(
                new IsolatedMemory(mechanism.memory(), calls),
                new IsolatedReader(mechanism.reader(), calls),
                new IsolatedWriter(mechanism.writer(), calls),
                new IsolatedController(mechanism.controller(), calls));
    }

    private static Mechanism requireComplete(Mechanism mechanism) {
        Objects.requireNonNull(mechanism, "the mechanism is null");
        Objects.requireNonNull(mechanism.memory(), "the memory of the mechanism is null");
        Objects.requireNonNull(mechanism.reader(), "the reader of the mechanism is null");
        Objects.requireNonNull(mechanism.writer(), "the writer of the mechanism is null");
        Objects.requireNonNull(mechanism.controller(), "the controller of the mechanism is null");
        return mechanism;
    }
}
