package dev.mneme.cli.dropin;

import dev.mneme.config.Setting;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;

/** A third party's memory as far as listings go. No services file names it here; the jars of {@link DropInJar} do. */
public final class DropInMemory implements MemoryProvider<DropInMemory.Config> {
    /** One key. */
    public record Config(
            @Setting(value = "rows that are kept", min = 1, max = 64)
            int slots) {
        /** Four rows. */
        public static Config defaults() {
            return new Config(4);
        }
    }

    @Override
    public String name() {
        return "drop-in";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription("title", "citation", "one line");
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public Roles roles(Config config, MechanismContext context) {
        throw new UnsupportedOperationException("only listed");
    }
}
