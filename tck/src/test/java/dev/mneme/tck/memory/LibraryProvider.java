package dev.mneme.tck.memory;

import com.google.inject.Key;
import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;
import java.util.Objects;

/** Uses a library that is on the class path of the tests and of the host, and not among what a plugin sees. */
public final class LibraryProvider implements MemoryProvider<LibraryProvider.Config> {
    /** No keys. */
    public record Config() {
        public static Config defaults() {
            return new Config();
        }
    }

    @Override
    public String name() {
        return "library";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription("Library", "Mneme tests", "nothing is stored");
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public Roles roles(Config config, MechanismContext context) {
        Objects.requireNonNull(Key.get(String.class));
        return new NoMemoryProvider().roles(NoMemoryProvider.Config.defaults(), context);
    }
}
