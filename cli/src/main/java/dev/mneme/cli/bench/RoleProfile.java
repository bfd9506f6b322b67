package dev.mneme.cli.bench;

import dev.mneme.cli.bench.RoleTimes.Part;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.MemoryState;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.model.ModelDescription;
import dev.mneme.runtime.model.ModelFactory;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.WindowSource;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the time of a segment goes: how much of it the reader and the writer take, without gradients. */
public final class RoleProfile {
    private final Bench bench;

    /** Measures with the sizes of a benchmark; every segment of its steps counts. */
    public RoleProfile(Bench bench) {
        this.bench = bench;
    }

    /**
     * One segment, of the median time.
     *
     * @param seconds of all of it
     * @param read of that in the reader
     * @param layerWrite of that in the writer, before each block
     * @param write of that in the writer, behind the last block
     * @param methods of the mechanism's own package by share of all segments' time, largest first; what they call elsewhere
     *     is theirs
     */
    public record Shares(double seconds, double read, double layerWrite, double write, Map<String, Double> methods) {
        public Shares {
            methods = Collections.unmodifiableMap(new LinkedHashMap<>(methods));
        }

        /** What is left for the backbone. */
        public double backbone() {
            return seconds - read - layerWrite - write;
        }
    }

    /**
     * Measures a mechanism; the state is carried from step to step, as in a stream.
     *
     * @param settings by dotted key, as {@link Bench#run}
     */
    public Shares run(Mneme mneme, String memory, Map<String, String> settings) throws InterruptedException {
        ModelDescription description = bench.description(mneme, memory, settings);
        RoleTimes times = new RoleTimes(mneme.backend());
        MemoryProvider<?> provider = mneme.memories().require(memory).provider();
        String own = provider.configType().getPackageName();
        try (Model model = ModelFactory.create(times.around(provider), description, mneme.backend());
                StackSampler sampler = new StackSampler(own)) {
            Shares median = median(segments(model, times, sampler));
            return new Shares(median.seconds(), median.read(), median.layerWrite(), median.write(), sampler.shares());
        }
    }

    private List<Shares> segments(Model model, RoleTimes times, StackSampler sampler) {
        WindowSource windows = bench.task().windows(Split.TRAIN, bench.batch(), bench.seed());
        List<Shares> counted = new ArrayList<>();
        MemoryState state = null;
        try (GradientMode off = model.backend().noGradient()) {
            for (int step = 0; step < bench.warmUp() + bench.steps(); step++) {
                if (step == bench.warmUp()) {
                    sampler.resume();
                }
                for (SegmentBatch segment : windows.window(step).segments()) {
                    times.reset();
                    model.backend().synchronize();
                    long start = System.nanoTime();
                    MemoryState next = next(model, segment, state);
                    model.backend().synchronize();
                    double seconds = (System.nanoTime() - start) / 1e9;
                    close(state);
                    state = next;
                    if (step >= bench.warmUp()) {
                        counted.add(new Shares(
                                seconds,
                                times.seconds(Part.READ),
                                times.seconds(Part.LAYER_WRITE),
                                times.seconds(Part.WRITE),
                                Map.of()));
                    }
                }
            }
        } finally {
            close(state);
        }
        return counted;
    }

    /** The state behind a segment, to be closed; with handles of its own, as a role may hand on what it was given. */
    private static MemoryState next(Model model, SegmentBatch segment, @Nullable MemoryState state) {
        try (TensorScope scope = model.backend().scope()) {
            return model.run(segment, state, Pass.evaluation()).next().detach().unscoped();
        }
    }

    private static void close(@Nullable MemoryState state) {
        if (state != null) {
            state.close();
        }
    }

    /** The one whose whole time is in the middle. */
    private static Shares median(List<Shares> segments) {
        return segments.stream()
                .sorted(Comparator.comparingDouble(Shares::seconds))
                .toList()
                .get(segments.size() / 2);
    }
}
