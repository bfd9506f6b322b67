package dev.mneme.memorytransformer;

import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.util.Types;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** The engines on the class path and the reference, each opened once for all tests. */
final class Engine {
    private static final List<Engine> ALL = find();

    private final String name;
    private final @Nullable TensorBackend backend;
    private final String missing;

    private Engine(String name, @Nullable TensorBackend backend, String missing) {
        this.name = name;
        this.backend = backend;
        this.missing = missing;
    }

    static List<Engine> all() {
        return ALL;
    }

    /** The engine; skips the test, saying why, where it does not work on this machine. */
    TensorBackend backend() {
        Assumptions.assumeTrue(backend != null, missing);
        return Objects.requireNonNull(backend);
    }

    @Override
    public String toString() {
        return name;
    }

    private static List<Engine> find() {
        List<Engine> engines = new ArrayList<>();
        engines.add(new Engine("reference", ReferenceBackend.open(), ""));
        @SuppressWarnings("unchecked") // the key says which set it is
        Key<Set<EngineProvider>> key = (Key<Set<EngineProvider>>) Key.get(Types.setOf(EngineProvider.class));
        for (EngineProvider provider :
                Guice.createInjector(ServiceLoader.load(Module.class)).getInstance(key)) {
            if (provider.availability() instanceof Availability.Unavailable reason) {
                engines.add(new Engine(provider.name(), null, reason.reason()));
            } else {
                engines.add(new Engine(provider.name(), provider.open(new EngineOptions(1)), ""));
            }
        }
        return List.copyOf(engines);
    }
}
