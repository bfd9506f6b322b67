package dev.mneme.runtime.train;

import dev.mneme.memory.MemoryState;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.Window;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A window whose streams are split into groups of one size that run at the same time, each through the same scheme of
 * back-propagation with random keys of its own. Streams do not see each other, so gradients and losses are those of the
 * whole window but for the order of sums.
 */
final class StreamGroups {
    private final Model model;
    private final BackPropagation scheme;
    private final TrainConfig config;
    private final StepSize size;
    private final GradientSum gradients;
    private final LossRecord losses;

    StreamGroups(
            Model model,
            BackPropagation scheme,
            TrainConfig config,
            StepSize size,
            GradientSum gradients,
            LossRecord losses) {
        this.model = model;
        this.scheme = scheme;
        this.config = config;
        this.size = size;
        this.gradients = gradients;
        this.losses = losses;
    }

    /**
     * Runs every segment forward and every loss backward.
     *
     * @param carried state of all streams from the window before; null at the start of streams
     * @return the state of all streams after the window, in the caller's scope
     */
    MemoryState run(Window window, @Nullable MemoryState carried, RandomSource random) {
        int rows = window.segments().get(0).rows();
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < config.workers(); i++) {
            groups.add(new Group(
                    window, rows * i / config.workers(), rows * (i + 1) / config.workers(), carried, random.nextKey()));
        }
        try {
            model.backend().runAll(List.copyOf(groups));
            gradients.addAll(groups.stream().map(group -> group.gradients).toList());
            int firstSegment = losses.expect(window.segments().size());
            groups.forEach(group -> losses.take(group.losses, firstSegment));
            return MemoryState.concat(groups.stream().map(group -> group.after).toList());
        } finally {
            groups.forEach(Group::close);
        }
    }

    private final class Group implements Runnable, AutoCloseable {
        private final Window window;
        private final int from;
        private final int to;
        private final @Nullable MemoryState carried;
        private final RandomSource random;
        private final GradientSum gradients = new GradientSum(backend(), StreamGroups.this.gradients.parameters());
        private final LossRecord losses = new LossRecord(backend());
        private MemoryState after = MemoryState.empty();

        Group(Window window, int from, int to, @Nullable MemoryState carried, long key) {
            this.window = window.streams(from, to);
            this.from = from;
            this.to = to;
            this.carried = carried;
            this.random = new RandomSource(key);
        }

        @Override
        public void run() {
            try (TensorScope scope = backend().scope()) {
                WindowPass pass = new WindowPass(
                        model,
                        window,
                        random,
                        config.labelSmoothing(),
                        size.sharedBy(config.workers()),
                        gradients,
                        losses);
                after = scheme.run(pass, carried == null ? null : part(carried)).unscoped();
            }
        }

        private MemoryState part(MemoryState state) {
            Map<String, Tensor> parts = new LinkedHashMap<>();
            state.tensors().forEach((name, tensor) -> parts.put(name, tensor.slice(0, from, to)));
            return MemoryState.of(parts);
        }

        @Override
        public void close() {
            gradients.close();
            losses.close();
            after.close();
        }
    }

    private TensorBackend backend() {
        return model.backend();
    }
}
