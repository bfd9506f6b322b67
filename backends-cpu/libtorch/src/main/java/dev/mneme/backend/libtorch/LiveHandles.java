package dev.mneme.backend.libtorch;

import dev.mneme.tensor.MemoryStatistics;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Storage;
import org.jspecify.annotations.Nullable;

/**
 * All open handles of a backend: linked lists, because adding and removing happens with every operation and counting
 * only on request. Several lists, so that threads seldom wait for each other.
 */
final class LiveHandles {
    private static final int STRIPES = 16;

    private final Stripe[] stripes = new Stripe[STRIPES];

    LiveHandles() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    void add(NativeHandle handle) {
        handle.stripe = (int) (Thread.currentThread().getId() % STRIPES);
        stripes[handle.stripe].add(handle);
    }

    void remove(NativeHandle handle) {
        stripes[handle.stripe].remove(handle);
    }

    MemoryStatistics statistics() {
        Measure measure = new Measure();
        for (Stripe stripe : stripes) {
            stripe.add(measure);
        }
        return measure.statistics();
    }

    /** Tensors that share memory count it once. */
    private static final class Measure {
        private final Map<Long, Long> bytesByAddress = new HashMap<>();
        private long count;
        private long copiedBytes;

        void add(NativeHandle borrowed) {
            count++;
            copiedBytes += borrowed.copiedBytes();
            try (Storage storage = borrowed.borrowed().storage()) {
                Pointer data = storage.data();
                if (data != null) {
                    bytesByAddress.merge(data.address(), storage.nbytes(), Math::max);
                }
            }
        }

        MemoryStatistics statistics() {
            long bytes =
                    bytesByAddress.values().stream().mapToLong(Long::longValue).sum();
            return new MemoryStatistics(count, bytes + copiedBytes);
        }
    }

    private static final class Stripe {
        private @Nullable NativeHandle first;

        synchronized void add(NativeHandle handle) {
            handle.nextLive = first;
            if (first != null) {
                first.previousLive = handle;
            }
            first = handle;
        }

        synchronized void remove(NativeHandle handle) {
            if (handle.previousLive == null) {
                first = handle.nextLive;
            } else {
                handle.previousLive.nextLive = handle.nextLive;
            }
            if (handle.nextLive != null) {
                handle.nextLive.previousLive = handle.previousLive;
            }
            handle.previousLive = null;
            handle.nextLive = null;
        }

        synchronized void add(Measure measure) {
            for (NativeHandle handle = first; handle != null; handle = handle.nextLive) {
                if (handle.tryBorrow()) {
                    try {
                        measure.add(handle);
                    } finally {
                        handle.release();
                    }
                }
            }
        }
    }
}
