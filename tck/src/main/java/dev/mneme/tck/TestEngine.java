package dev.mneme.tck;

import com.google.inject.Binding;
import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.util.Types;
import dev.mneme.stability.Stable;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * The engines on the class path, bound by their Guice modules, and the {@linkplain ReferenceBackend reference}: arguments
 * of parameterised tests. Each is opened once, single-threaded, and stays open as long as the process. Of one that does not
 * work here a warning tells; its tests are skipped.
 */
@Stable
public final class TestEngine {
    private static final System.Logger LOG = System.getLogger(TestEngine.class.getName());
    private static final List<TestEngine> ALL = find();

    private final String name;
    private final @Nullable TensorBackend backend;
    private final String missing;

    private TestEngine(String name, @Nullable TensorBackend backend, String missing) {
        this.name = name;
        this.backend = backend;
        this.missing = missing;
    }

    /** All of them; the reference first. */
    public static List<TestEngine> all() {
        return ALL;
    }

    /** An engine that is not on the class path, or one of its own kind; the caller closes it. */
    public static TestEngine of(String name, TensorBackend backend) {
        return new TestEngine(name, backend, "");
    }

    /** The engine; skips the test, saying why, where it does not work on this machine. */
    public TensorBackend backend() {
        Assumptions.assumeTrue(backend != null, missing);
        return Objects.requireNonNull(backend);
    }

    @Override
    public String toString() {
        return name;
    }

    private static List<TestEngine> find() {
        List<TestEngine> engines = new ArrayList<>();
        engines.add(new TestEngine("reference", ReferenceBackend.open(), ""));
        @SuppressWarnings("unchecked") // the key says which set it is
        Key<Set<EngineProvider>> key = (Key<Set<EngineProvider>>) Key.get(Types.setOf(EngineProvider.class));
        Binding<Set<EngineProvider>> bound =
                Guice.createInjector(ServiceLoader.load(Module.class)).getExistingBinding(key);
        // Without any engine on the class path nobody binds the set.
        Set<EngineProvider> providers =
                bound == null ? Set.of() : bound.getProvider().get();
        for (EngineProvider provider : providers) {
            if (provider.availability() instanceof Availability.Unavailable reason) {
                LOG.log(Level.WARNING, "engine {0} is not tested: {1}", provider.name(), reason.reason());
                engines.add(new TestEngine(provider.name(), null, reason.reason()));
            } else {
                engines.add(new TestEngine(provider.name(), provider.open(new EngineOptions(1)), ""));
            }
        }
        return List.copyOf(engines);
    }
}
