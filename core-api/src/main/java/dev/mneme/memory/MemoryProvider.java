package dev.mneme.memory;

import org.pf4j.ExtensionPoint;

/**
 * Entry point of a memory plugin; found by {@link java.util.ServiceLoader}, on the class path and in {@code plugins/}.
 * Needs a public constructor without arguments.
 *
 * @param <C> the mechanism's configuration, see {@link dev.mneme.config.Settings}
 */
public interface MemoryProvider<C extends Record> extends ExtensionPoint {
    /** Name on the command line and in checkpoints: lower case, digits and hyphens, at most 64 characters. */
    String name();

    MemoryDescription description();

    Class<C> configType();

    /**
     * Builds the roles of the mechanism. Called outside of any tensor scope; the caller closes what is assembled of them.
     *
     * @throws dev.mneme.error.MnemeException ({@code CONFIG_INVALID}) if configuration, backbone and task do not go
     *     together
     */
    Roles roles(C config, MechanismContext context);

    /** The mechanism as it is meant; the caller closes it. */
    default Mechanism create(C config, MechanismContext context) {
        return roles(config, context).assemble();
    }
}
