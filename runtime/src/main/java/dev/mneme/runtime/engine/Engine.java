package dev.mneme.runtime.engine;

import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.TensorBackend;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** The one engine of a runtime, chosen and opened when it is first asked for, so that listings load no natives. */
public final class Engine implements AutoCloseable {
    /**
     * Which engine and how.
     *
     * @param backend as {@link EngineRegistry#choose} takes it
     * @param options for opening it
     */
    public record Request(String backend, EngineOptions options) {}

    private final EngineRegistry registry;
    private final Request request;
    private @Nullable EngineChoice choice;
    private @Nullable TensorBackend backend;
    private boolean isClosed;

    @Inject
    public Engine(EngineRegistry registry, Request request) {
        this.registry = registry;
        this.request = request;
    }

    /**
     * Which engine is used and why.
     *
     * @throws dev.mneme.error.MnemeException as {@link EngineRegistry#choose}
     */
    public synchronized EngineChoice choice() {
        EngineChoice known = choice;
        if (known == null) {
            known = registry.choose(request.backend());
            choice = known;
        }
        return known;
    }

    /**
     * The open engine; this object closes it.
     *
     * @throws dev.mneme.error.MnemeException as {@link EngineRegistry#choose} and {@link EngineChoice#open}
     */
    public synchronized TensorBackend backend() {
        if (isClosed) {
            throw new IllegalStateException("the runtime is closed");
        }
        TensorBackend open = backend;
        if (open == null) {
            open = choice().open(request.options());
            backend = open;
        }
        return open;
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        if (backend != null) {
            backend.close();
            backend = null;
        }
    }
}
