package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.tape.ArrayKernels;
import dev.mneme.tensor.tape.TapeBackend;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;

/**
 * The tape over kernels whose shape operations return views or their argument: it must free every array, a buffer only
 * after its views.
 */
final class ViewingContractTest extends BackendContract {
    private final Audit audit = new Audit();

    @Override
    // The proxy implements the interface for the array type of its delegate.
    @SuppressWarnings("unchecked")
    protected TensorBackend openBackend() {
        Object audited =
                Proxy.newProxyInstance(ArrayKernels.class.getClassLoader(), new Class<?>[] {ArrayKernels.class}, audit);
        return new TapeBackend<>((ArrayKernels<HostArray>) audited);
    }

    @AfterAll
    void everyArrayWasReleased() {
        assertThat(audit.live).isEmpty();
    }

    /** Elements are copied all the same; only ownership is that of views. */
    private static final class Audit implements InvocationHandler {
        private static final Set<String> VIEWING = Set.of("reshape", "permute", "expand", "slice");

        private final ReferenceKernels kernels = new ReferenceKernels();
        private final Map<HostArray, Entry> live = new HashMap<>();

        /** An array and, for a view, what it shares its buffer with. */
        private record Entry(@Nullable HostArray base, AtomicInteger views) {}

        @Override
        public Object invoke(Object self, Method method, Object[] arguments) throws Throwable {
            if (method.isDefault()) {
                // Its steps come back here one by one.
                return InvocationHandler.invokeDefault(self, method, arguments);
            }
            if (method.getName().equals("bytes")) {
                return bytes((HostArray) arguments[0]);
            }
            if (method.getName().equals("release")) {
                released((HostArray) arguments[0]);
            }
            Object result = called(method, arguments);
            if (result instanceof ArrayKernels.Largest<?> largest) {
                made((HostArray) largest.values(), null);
                made((HostArray) largest.indices(), null);
            } else if (result instanceof HostArray array) {
                boolean views = VIEWING.contains(method.getName());
                boolean moves = method.getName().equals("permute");
                if (views && !moves && array.shape().equals(((HostArray) arguments[0]).shape())) {
                    return arguments[0];
                }
                made(array, views ? (HostArray) arguments[0] : null);
            }
            return result;
        }

        private Object called(Method method, Object[] arguments) throws Throwable {
            try {
                return method.invoke(kernels, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private synchronized long bytes(HostArray x) {
            return live.get(x).base() == null ? kernels.bytes(x) : 0;
        }

        private synchronized void made(HostArray array, @Nullable HostArray base) {
            live.put(array, new Entry(base, new AtomicInteger()));
            if (base != null) {
                live.get(base).views().incrementAndGet();
            }
        }

        private synchronized void released(HostArray array) {
            Entry entry = live.remove(array);
            assertThat(entry).as("an array that is live").isNotNull();
            assertThat(entry.views()).as("views of a released array").hasValue(0);
            if (entry.base() != null) {
                live.get(entry.base()).views().decrementAndGet();
            }
        }
    }
}
