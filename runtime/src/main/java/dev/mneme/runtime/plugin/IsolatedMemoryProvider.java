package dev.mneme.runtime.plugin;

import dev.mneme.memory.Controller;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Roles;
import dev.mneme.memory.Writer;
import java.util.Objects;

/** A dropped-in plugin's provider, called in the plugin's surroundings. */
final class IsolatedMemoryProvider<C extends Record> implements MemoryProvider<C> {
    private static final String DESCRIBING = "describing itself";
    private static final String CREATING = "creating its mechanism";

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
    public Roles roles(C config, MechanismContext context) {
        Roles roles = calls.call(CREATING, () -> requireComplete(provider.roles(config, context)));
        return new Roles(
                new IsolatedMemory(roles.memory(), calls),
                new IsolatedReader(roles.reader(), calls),
                new IsolatedWriter(roles.writer(), calls),
                (reader, writer) -> new IsolatedController(controller(roles, reader, writer), calls));
    }

    private Controller controller(Roles roles, Reader reader, Writer writer) {
        return calls.call(
                CREATING,
                () -> Objects.requireNonNull(
                        roles.controllers().around(reader, writer), "the controller of the mechanism is null"));
    }

    private static Roles requireComplete(Roles roles) {
        Objects.requireNonNull(roles, "there are no roles");
        Objects.requireNonNull(roles.memory(), "the memory of the mechanism is null");
        Objects.requireNonNull(roles.reader(), "the reader of the mechanism is null");
        Objects.requireNonNull(roles.writer(), "the writer of the mechanism is null");
        Objects.requireNonNull(roles.controllers(), "what makes the controller of the mechanism is null");
        return roles;
    }

    /** Of the isolated roles, also where the plugin has a way of its own. */
    @Override
    public Mechanism create(C config, MechanismContext context) {
        return roles(config, context).assemble();
    }
}
