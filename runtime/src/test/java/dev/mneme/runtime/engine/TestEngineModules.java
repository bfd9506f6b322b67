package dev.mneme.runtime.engine;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;
import jakarta.inject.Inject;

/** Guice modules as engine jars bring them, right and wrong. */
public final class TestEngineModules {
    private TestEngineModules() {}

    /** Brings one engine that works. */
    public static final class Good extends AbstractModule {
        @Override
        protected void configure() {
            Multibinder.newSetBinder(binder(), EngineProvider.class)
                    .addBinding()
                    .toInstance(FakeEngine.available("good", 10));
        }
    }

    /** Fails while it says what it binds. */
    public static final class FailsToConfigure extends AbstractModule {
        @Override
        protected void configure() {
            throw new IllegalStateException("no configuration");
        }
    }

    /** Binds an engine that needs something nobody binds. */
    public static final class LacksABinding extends AbstractModule {
        @Override
        protected void configure() {
            Multibinder.newSetBinder(binder(), EngineProvider.class)
                    .addBinding()
                    .to(Needy.class);
        }
    }

    /** Binds an engine whose constructor fails. */
    public static final class FailsToConstruct extends AbstractModule {
        @Override
        protected void configure() {
            Multibinder.newSetBinder(binder(), EngineProvider.class)
                    .addBinding()
                    .to(Failing.class);
        }
    }

    /** Binds an engine with a name that cannot be typed. */
    public static final class Misnamed extends AbstractModule {
        @Override
        protected void configure() {
            Multibinder.newSetBinder(binder(), EngineProvider.class)
                    .addBinding()
                    .toInstance(FakeEngine.available("My Engine", 1));
        }
    }

    /** Belongs to somebody else's program; making its injector would be noticed. */
    public static final class Unrelated extends AbstractModule {
        @Override
        protected void configure() {
            bind(Failing.class).asEagerSingleton();
        }
    }

    static final class Failing implements EngineProvider {
        @Inject
        Failing() {
            throw new IllegalStateException("no constructor");
        }

        @Override
        public String name() {
            return "failing";
        }

        @Override
        public int priority() {
            return 1;
        }

        @Override
        public Availability availability() {
            return new Availability.Available("cpu");
        }

        @Override
        public TensorBackend open(EngineOptions options) {
            throw new UnsupportedOperationException();
        }
    }

    static final class Needy implements EngineProvider {
        @Inject
        Needy(Runnable unbound) {
            unbound.run();
        }

        @Override
        public String name() {
            return "needy";
        }

        @Override
        public int priority() {
            return 1;
        }

        @Override
        public Availability availability() {
            return new Availability.Available("cpu");
        }

        @Override
        public TensorBackend open(EngineOptions options) {
            throw new UnsupportedOperationException();
        }
    }
}
