package dev.mneme.tck.memory;

import dev.mneme.config.Settings;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.tck.TestEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * A mechanism with one fault.
 *
 * @param rule that it breaks
 * @param fault what is wrong
 * @param contract of the mechanism
 * @param group of the contract that the rule belongs to
 * @param seen part of what the failure reports
 */
record BrokenMemory(Rule rule, String fault, MemoryContract<?> contract, Group group, String seen) {
    interface Group extends Function<MemoryContract<?>, Stream<DynamicTest>> {}

    /** The slots with a fault. */
    static BrokenMemory of(List<TestEngine> engines, Rule rule, String fault, Fault how, Group group, String seen) {
        return new BrokenMemory(rule, fault, contract(engines, new SlotProvider(how)), group, seen);
    }

    static <C extends Record> MemoryContract<C> contract(List<TestEngine> engines, MemoryProvider<C> provider) {
        return new Contract<>(engines, provider, MemoryCase.of("defaults", Settings.defaults(provider.configType())));
    }

    @Override
    public String toString() {
        return fault;
    }

    /** A contract over one provider. */
    static class Contract<C extends Record> extends MemoryContract<C> {
        private final List<TestEngine> engines;
        private final MemoryProvider<C> provider;
        private final MemoryCase<C> defaults;

        Contract(List<TestEngine> engines, MemoryProvider<C> provider, MemoryCase<C> defaults) {
            this.engines = engines;
            this.provider = provider;
            this.defaults = defaults;
        }

        @Override
        protected MemoryProvider<C> provider() {
            return provider;
        }

        @Override
        protected MemoryCase<C> defaults() {
            return defaults;
        }

        @Override
        protected List<TestEngine> engines() {
            return engines;
        }
    }

    /** A contract over a provider as it is handed out. */
    static final class Packaged<C extends Record> extends Contract<C> {
        private final List<Path> plugin;

        Packaged(List<TestEngine> engines, MemoryProvider<C> provider, List<Path> plugin) {
            super(engines, provider, MemoryCase.of("defaults", Settings.defaults(provider.configType())));
            this.plugin = plugin;
        }

        @Override
        protected List<Path> plugin() {
            return plugin;
        }
    }
}
