package dev.mneme.runtime.engine;

import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;
import java.lang.reflect.Proxy;

/** An engine that can be opened, closed and asked how often that happened; it computes nothing. */
public final class FakeEngine implements EngineProvider {
    private final String name;
    private final int priority;
    private final Availability availability;
    private int asked;
    private int opened;
    private int closed;
    private int threads;

    private FakeEngine(String name, int priority, Availability availability) {
        this.name = name;
        this.priority = priority;
        this.availability = availability;
    }

    public static FakeEngine available(String name, int priority) {
        return new FakeEngine(name, priority, new Availability.Available("cpu, " + name));
    }

    public static FakeEngine unavailable(String name, int priority, String reason) {
        return new FakeEngine(name, priority, new Availability.Unavailable(reason, "install " + name));
    }

    /** One that cannot work here, with nothing to be done about it. */
    public static FakeEngine absent(String name, int priority, String reason) {
        return new FakeEngine(name, priority, new Availability.Unavailable(reason, ""));
    }

    public int asked() {
        return asked;
    }

    public int opened() {
        return opened;
    }

    public int closed() {
        return closed;
    }

    public int threads() {
        return threads;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public Availability availability() {
        asked++;
        return availability;
    }

    @Override
    public TensorBackend open(EngineOptions options) {
        opened++;
        threads = options.threads();
        return (TensorBackend) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TensorBackend.class}, (self, method, arguments) -> {
                    if (!method.getName().equals("close")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    closed++;
                    return null;
                });
    }
}
