package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.tape.TapeBackend;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;

/** The tape over kernels whose shape operations return views: it must never free a buffer that a view still needs. */
final class ViewingContractTest extends BackendContract {
    private final ViewingKernels kernels = new ViewingKernels();

    @Override
    protected TensorBackend openBackend() {
        return new TapeBackend<>(kernels);
    }

    @AfterAll
    void everyArrayWasReleased() {
        assertThat(kernels.live).isEmpty();
    }

    /** Copies, but insists on the order of release that real views need; reshapes to the same shape give the argument. */
    private static final class ViewingKernels extends ReferenceKernels {
        private final Map<HostArray, HostArray> bases = new HashMap<>();
        private final Set<HostArray> live = new HashSet<>();

        private synchronized HostArray view(HostArray base, HostArray result) {
            bases.put(result, base);
            live.add(result);
            return result;
        }

        @Override
        public synchronized long bytes(HostArray x) {
            return bases.containsKey(x) ? 0 : super.bytes(x);
        }

        @Override
        public synchronized void release(HostArray x) {
            assertThat(bases.values()).as("arrays that views still need").doesNotContain(x);
            bases.remove(x);
            live.remove(x);
            super.release(x);
        }

        @Override
        public HostArray reshape(HostArray x, Shape shape) {
            return x.shape().equals(shape) ? x : view(x, super.reshape(x, shape));
        }

        @Override
        public HostArray permute(HostArray x, int... dims) {
            return view(x, super.permute(x, dims));
        }

        @Override
        public HostArray expand(HostArray x, Shape shape) {
            return x.shape().equals(shape) ? x : view(x, super.expand(x, shape));
        }

        @Override
        public HostArray slice(HostArray x, int dim, long start, long end) {
            return view(x, super.slice(x, dim, start, end));
        }
    }
}
