package dev.mneme.infiniteformer;

import dev.mneme.infiniteformer.InfiniteFormerConfig.WrittenRows;
import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what waits before the reads of the next segment, so that a gate gets gradient through them; then lets the
 * segment's rows wait. Nothing that is carried on has a gradient.
 */
final class InfiniteFormerWriter extends Module implements Writer {
    /** What an observer is shown of each layer, below {@code writer.layers.i}: shares of the bins sampled, (batch, bins). */
    static final String SHOWN_SHARES = ".shares";

    private final InfiniteFormerConfig config;
    private final Sizes sizes;
    private final InfiniteFormerReader reader;
    private final List<TransformerBlock> blocks;
    private final Refit refit;
    private final @Nullable StickySampling sampling;
    private final List<Gate> gates = new ArrayList<>();

    /**
     * Computes the factors of full length.
     *
     * @param blocks of the controller, which is built after its writer: filled before the first call
     */
    InfiniteFormerWriter(
            ModuleContext context,
            Sizes sizes,
            InfiniteFormerConfig config,
            GaussianBasis basis,
            InfiniteFormerReader reader,
            List<TransformerBlock> blocks) {
        super(context);
        this.config = config;
        this.sizes = sizes;
        this.reader = reader;
        this.blocks = blocks;
        refit = child("refit", c -> new Refit(c, config, basis, sizes.transfer()));
        sampling = config.sticky() ? child("sampling", c -> new StickySampling(c, config, basis)) : null;
        for (int layer = 0; layer < sizes.layers(); layer++) {
            gates.add(child("layers." + layer + ".gate", c -> new Gate(c, sizes.dim())));
        }
    }

    /** Writes all layers before the first block: no write depends on this segment. */
    @Override
    public MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
        int layer = input.layer();
        MemoryState written = layer == 0 ? refitted(state, pass) : state;
        return written.contains(InfiniteFormerReader.SILENT)
                ? reader.withSignal(layer, written.get(InfiniteFormerMemory.signal(layer)), written)
                : written;
    }

    private MemoryState refitted(MemoryState state, Pass pass) {
        WritePlan plan = WritePlan.of(state, sizes, config.resetTokens());
        TensorBackend backend = context().backend();
        MemoryState written = state;
        if (plan.writes()) {
            Tensor factors = refit.factors(plan.lengths(), plan.isFirst());
            Tensor reads = sampling != null && plan.samples() ? countedReads(plan.lastLengths()) : null;
            Tensor paused = plan.paused(backend);
            for (int layer = 0; layer < sizes.layers(); layer++) {
                Tensor signal = state.get(InfiniteFormerMemory.signal(layer)).detach();
                Tensor old = sampling == null ? signal : sampled(sampling, layer, signal, state, reads, pass);
                Tensor points = backend.concat(List.of(old, gated(layer, state, plan.columns())), 1);
                Tensor next = factors.matmul(points);
                written = written.with(
                        InfiniteFormerMemory.signal(layer), paused == null ? next : paused.where(signal, next));
            }
            Tensor tokens = backend.tensor(plan.tokens(), Shape.of(plan.tokens().length));
            written = written.with(InfiniteFormerMemory.SIGNAL_TOKENS, tokens);
        }
        Tensor silent = plan.silent(backend);
        return silent == null ? written : written.with(InfiniteFormerReader.SILENT, silent);
    }

    /** What the next write takes in of the rows that wait, (batch, length, dim). */
    private Tensor gated(int layer, MemoryState state, long length) {
        long end = sizes.transfer();
        Tensor waiting = state.get(InfiniteFormerMemory.pending(layer)).detach();
        return gates.get(layer).forward(waiting.slice(1, end - length, end));
    }

    /**
     * The old signal sampled where it was read, (batch, M, dim).
     *
     * @param reads which reads count; null when no row has an old signal
     */
    private Tensor sampled(
            StickySampling sticky, int layer, Tensor signal, MemoryState state, @Nullable Tensor reads, Pass pass) {
        if (reads == null) {
            return signal.backend().zeros(Shape.of(signal.size(0), config.samples(), sizes.dim()), signal.dtype());
        }
        Tensor mean = state.get(InfiniteFormerMemory.readMean(layer)).detach();
        Tensor deviation = state.get(InfiniteFormerMemory.readDeviation(layer)).detach();
        Tensor shares = sticky.shares(mean, deviation, reads);
        if (pass.observer() != null) {
            pass.observer().note(path() + ".layers." + layer + SHOWN_SHARES, shares);
        }
        return sticky.sample(signal, sticky.draw(shares, pass.random().nextKey()));
    }

    /** Marks the reads of the last segment, (batch, heads * longest): of each head they stand at the end. */
    private Tensor countedReads(long[] last) {
        int longest = sizes.longest();
        int width = sizes.heads() * longest;
        double[] counts = new double[last.length * width];
        for (int row = 0; row < last.length; row++) {
            for (int i = 0; i < width; i++) {
                counts[row * width + i] = i % longest >= longest - last[row] ? 1 : 0;
            }
        }
        return context()
                .backend()
                .tensor(counts, Shape.of(last.length, width), context().dtype());
    }

    @Override
    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        Map<String, Tensor> next = new LinkedHashMap<>();
        try (GradientMode off = context().backend().noGradient()) {
            carryOn(trace, state, reads(trace, state), next);
        }
        return Written.of(MemoryState.of(next));
    }

    /**
     * Where the queries of each layer looked; none where nothing was read or nobody wants to know. Found again from what
     * entered the blocks: a reader has no way to hand it on.
     */
    private List<Densities> reads(SegmentTrace trace, MemoryState state) {
        if (!config.sticky()
                || !state.contains(InfiniteFormerReader.SILENT)
                || trace.output().size(1) == 0) {
            return List.of();
        }
        List<Densities> reads = new ArrayList<>();
        for (int layer = 0; layer < sizes.layers(); layer++) {
            Tensor signal = state.get(InfiniteFormerMemory.signal(layer));
            Tensor rows = trace.layerInputs().get(layer);
            reads.add(reader.densitiesOver(layer, blocks.get(layer), rows, signal));
        }
        return reads;
    }

    private void carryOn(SegmentTrace trace, MemoryState state, List<Densities> reads, Map<String, Tensor> next) {
        TensorBackend backend = context().backend();
        int length = Math.toIntExact(trace.output().size(1));
        int batch = Math.toIntExact(trace.output().size(0));
        boolean[] valid = trace.valid() == null ? null : trace.valid().toBooleans();
        long[] none = new long[batch];
        long[] before =
                sizes.queues() ? state.get(InfiniteFormerMemory.PENDING_LENGTH).toLongs() : none;
        int room = sizes.queues() ? sizes.pending() : 0;
        LastRows waiting = LastRows.of(backend, sizes.pending(), before, room, length, valid);
        LastRows asking = LastRows.of(backend, sizes.longest(), none, 0, length, valid);
        for (int layer = 0; layer < sizes.layers(); layer++) {
            Tensor rows = trace.layerInputs().get(layer).detach();
            String signal = InfiniteFormerMemory.signal(layer);
            next.put(signal, state.get(signal).detach());
            next.put(InfiniteFormerMemory.pending(layer), waiting.of(candidates(layer, rows, state)));
            if (config.sticky()) {
                keepReads(layer, reads, asking, state, next);
            }
        }
        next.put(
                InfiniteFormerMemory.SIGNAL_TOKENS,
                state.get(InfiniteFormerMemory.SIGNAL_TOKENS).detach());
        next.put(InfiniteFormerMemory.PENDING_LENGTH, backend.tensor(waiting.counts(), Shape.of(batch)));
        next.put(InfiniteFormerMemory.LAST_LENGTH, backend.tensor(asking.counts(), Shape.of(batch)));
    }

    private Tensor candidates(int layer, Tensor rows, MemoryState state) {
        if (sizes.queues()) {
            Tensor queue = state.get(InfiniteFormerMemory.pending(layer)).detach();
            return rows.backend().concat(List.of(queue, rows), 1);
        }
        return config.writtenRows() == WrittenRows.NORMALISED
                ? blocks.get(layer).attentionInput(rows)
                : rows;
    }

    private void keepReads(
            int layer, List<Densities> reads, LastRows asking, MemoryState state, Map<String, Tensor> next) {
        String mean = InfiniteFormerMemory.readMean(layer);
        String deviation = InfiniteFormerMemory.readDeviation(layer);
        if (reads.isEmpty()) {
            Tensor before = state.get(mean);
            next.put(mean, before.backend().zeros(before.shape(), before.dtype()));
            next.put(deviation, before.backend().zeros(before.shape(), before.dtype()));
            return;
        }
        Tensor silent = state.get(InfiniteFormerReader.SILENT);
        Densities densities = reads.get(layer).detach();
        next.put(mean, flat(asking, densities.mean()).maskedFill(silent, 0));
        next.put(deviation, flat(asking, densities.variance().sqrt()).maskedFill(silent, 0));
    }

    /** Numbers of queries (batch, heads, length) as (batch, heads * longest segment). */
    private Tensor flat(LastRows asking, Tensor perQuery) {
        Tensor kept = asking.of(perQuery.permute(0, 2, 1)).permute(0, 2, 1);
        return kept.reshape(kept.size(0), (long) sizes.heads() * sizes.longest());
    }
}
