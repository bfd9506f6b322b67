package dev.mneme.runtime.config;

import dev.mneme.config.Setting;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskProvider;

/** A memory and tasks whose configurations are of interest, not what they make. */
public final class TestProviders {
    private TestProviders() {}

    /** How the memory's rows are written. */
    public enum Style {
        PLAIN,
        GATED_WRITE
    }

    /** The memory {@code slots}. */
    public static final class Slots implements MemoryProvider<Slots.Config> {
        /** One setting of every type. */
        public record Config(
                @Setting(value = "rows", min = 1, max = 64) int slots,
                @Setting(value = "rate", min = 0, max = 1) double rate,
                @Setting("normalised") boolean normalised,
                @Setting("style") Style style,
                @Setting("label") String label,
                @Setting("salt") long salt) {
            static Config defaults() {
                return new Config(4, 0.5, true, Style.PLAIN, "", 1L << 40);
            }
        }

        @Override
        public String name() {
            return "slots";
        }

        @Override
        public MemoryDescription description() {
            return new MemoryDescription("title", "citation", "summary");
        }

        @Override
        public Class<Config> configType() {
            return Config.class;
        }

        @Override
        public Roles roles(Config config, MechanismContext context) {
            throw new UnsupportedOperationException();
        }
    }

    /** The task {@code reverse}. */
    public static final class Reverse implements TaskProvider<Reverse.Config> {
        /** One key. */
        public record Config(
                @Setting(value = "symbols", min = 1, max = 100)
                int length) {
            static Config defaults() {
                return new Config(24);
            }
        }

        @Override
        public String name() {
            return "reverse";
        }

        @Override
        public String summary() {
            return "backwards";
        }

        @Override
        public Class<Config> configType() {
            return Config.class;
        }

        @Override
        public Task create(Config config, TaskContext context) {
            throw new UnsupportedOperationException();
        }
    }
}
