package dev.mneme.compressive;

import dev.mneme.backbone.RelativeBlock;
import dev.mneme.backbone.RelativeLayers;
import dev.mneme.compressive.CompressiveTransformerConfig.Compression;
import dev.mneme.compressive.CompressiveTransformerConfig.Kept;
import dev.mneme.compressive.CompressiveTransformerConfig.Objective;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RowQueue;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts what entered each block behind its memory, without gradient, and compresses the rows beyond n_m, c at a time, into the
 * second queue, whose oldest rows are lost. Trains the compression by a loss of its own. Padded tokens are left out.
 */
final class CompressiveWriter extends Module implements Writer {
    /** Name of the auxiliary loss. */
    static final String LOSS = "compression";

    private final CompressiveTransformerConfig config;
    private final Sizes bound;
    private final List<RelativeBlock> blocks;
    private final List<Compressor> compressors = new ArrayList<>();
    private final List<Decoder> decoders = new ArrayList<>();

    /**
     * Draws the parameters of the compression.
     *
     * @param blocks of the backbone, whose attention the loss asks
     */
    CompressiveWriter(MechanismContext context, CompressiveTransformerConfig config, List<RelativeBlock> blocks) {
        super(context.modules().child("writer"));
        this.config = config;
        this.blocks = blocks;
        bound = Sizes.bound(config);
        int dim = context.backbone().dim();
        for (int layer = 0; layer < blocks.size() && bound.compressed() > 0; layer++) {
            String path = "layers." + layer;
            if (config.compression() != Compression.MOST_USED) {
                compressors.add(child(path + ".compress", c -> compressor(c, config, dim)));
            }
            if (config.isTrained() && config.objective() == Objective.AUTO_ENCODING) {
                decoders.add(child(path + ".decode", c -> new Decoder(c, dim, config.rate())));
            }
        }
    }

    private static Compressor compressor(ModuleContext context, CompressiveTransformerConfig config, int dim) {
        return switch (config.compression()) {
            case MAX -> new Pooling(context, config.rate(), true);
            case MEAN -> new Pooling(context, config.rate(), false);
            case CONV -> new Convolution(context, dim, config.rate(), 1);
            case DILATED_CONV -> new Convolution(context, dim, config.rate(), config.dilation());
            case MOST_USED -> throw new IllegalArgumentException("most-used chooses rows and makes none");
        };
    }

    @Override
    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        if (bound.places() == 0) {
            return Written.of(MemoryState.empty());
        }
        List<Tensor> losses = new ArrayList<>();
        MemoryState next = write(trace, state, pass, losses);
        if (losses.isEmpty()) {
            return Written.of(next);
        }
        Tensor sum = losses.stream().reduce(Tensor::add).orElseThrow();
        return new Written(next, Map.of(LOSS, sum.mul(config.objectiveWeight())));
    }

    /** The next state; adds one loss a layer, unweighted, where there are any. */
    MemoryState write(SegmentTrace trace, MemoryState state, Pass pass, List<Tensor> losses) {
        int length = Math.toIntExact(trace.output().size(1));
        if (length == 0) {
            return state;
        }
        Sizes sizes = Sizes.of(config, pass.training());
        Tensor count = state.get(CompressiveMemory.COUNT);
        Overflow overflow = Overflow.of(sizes, bound.places(), count, length, trace.valid());
        Map<String, Tensor> next = new LinkedHashMap<>();
        for (int layer = 0; layer < blocks.size(); layer++) {
            writeLayer(layer, trace, state, overflow, next, losses, pass);
        }
        next.put(CompressiveMemory.COUNT, overflow.count());
        if (bound.compressed() > 0) {
            Tensor queued = state.get(CompressiveMemory.COMPRESSED_COUNT).add(overflow.blocks());
            next.put(CompressiveMemory.COMPRESSED_COUNT, RowQueue.atMost(queued, sizes.compressed()));
        }
        if (measures()) {
            Tensor age = state.get(CompressiveMemory.AGE).detach();
            next.put(CompressiveMemory.AGE, staying(ofPresent(age.add(1), age, trace.valid()), length, overflow));
        }
        return MemoryState.of(next);
    }

    private boolean measures() {
        return config.compression() == Compression.MOST_USED && bound.compressed() > 0;
    }

    private void writeLayer(
            int layer,
            SegmentTrace trace,
            MemoryState state,
            Overflow overflow,
            Map<String, Tensor> next,
            List<Tensor> losses,
            Pass pass) {
        int from = CompressiveReader.source(config, layer, blocks.size());
        Tensor hidden = trace.layerInputs().get(layer).detach();
        TensorBackend backend = hidden.backend();
        Tensor joined =
                backend.concat(List.of(state.get(CompressiveMemory.rows(from)).detach(), hidden), 1);
        next.put(CompressiveMemory.rows(layer), overflow.staying(joined, bound.places()));
        if (bound.compressed() == 0) {
            return;
        }
        Tensor old = state.get(CompressiveMemory.compressed(from));
        boolean throughTime = config.isTrained() && config.objective() == Objective.TASK;
        Tensor queue = throughTime ? old : old.detach();
        int most = overflow.most(config.rate());
        if (measures()) {
            Tensor use = use(layer, from, state, trace.valid(), pass);
            next.put(CompressiveMemory.use(layer), staying(use, hidden.size(1), overflow));
        }
        Tensor rows = RowQueue.pick(joined, overflow.evicted());
        Tensor compressed = measures()
                ? RowQueue.pick(rows, kept(trace, state, layer, from, overflow, most, pass))
                : compressors.get(layer).compress(rows);
        Tensor queued = throughTime ? compressed : compressed.detach();
        next.put(CompressiveMemory.compressed(layer), overflow.queued(queue, queued));
        if (pass.training() && config.isTrained()) {
            addLoss(losses, layer, hidden, trace.valid(), rows, compressed, overflow);
        }
    }

    private void addLoss(
            List<Tensor> losses,
            int layer,
            Tensor hidden,
            @Nullable Tensor valid,
            Tensor rows,
            Tensor compressed,
            Overflow overflow) {
        if (config.objective() == Objective.ATTENTION_RECONSTRUCTION) {
            losses.add(new CompressionObjective(blocks.get(layer), config.kept() == Kept.NORMALISED)
                    .attentionReconstruction(hidden, valid, rows, compressed, overflow));
        } else if (config.objective() == Objective.AUTO_ENCODING) {
            Tensor restored = decoders.get(layer).decode(compressed);
            losses.add(CompressionObjective.autoEncoding(rows, restored, overflow));
        }
    }

    /** Running mean of the weight memory rows received, this segment included, (batch, places). */
    private Tensor use(int layer, int from, MemoryState state, @Nullable Tensor valid, Pass pass) {
        Tensor before = state.get(CompressiveMemory.use(from)).detach();
        String received = RelativeLayers.use(layer);
        if (!state.contains(received)) {
            return before;
        }
        Tensor age = state.get(CompressiveMemory.AGE).detach();
        int seen = Sizes.of(config, pass.training()).places();
        Tensor now = state.get(received);
        Tensor memory = now.slice(1, now.size(1) - seen, now.size(1));
        Tensor unseen = now.backend().zeros(before.shape().with(1, (long) bound.places() - seen), now.dtype());
        Tensor all = now.backend().concat(List.of(unseen, memory), 1);
        return ofPresent(before.mul(age).add(all).div(age.add(1)), before, valid);
    }

    /** Streams without a real token in this segment are not there. */
    private static Tensor ofPresent(Tensor now, Tensor before, @Nullable Tensor valid) {
        return valid == null ? now : valid.sum(true, 1).gt(0).where(now, before);
    }

    private Tensor kept(
            SegmentTrace trace, MemoryState state, int layer, int from, Overflow overflow, int most, Pass pass) {
        long length = trace.output().size(1);
        Tensor use = withSegment(use(layer, from, state, trace.valid(), pass), length);
        Tensor leaving = RowQueue.pick(use.unsqueeze(-1), overflow.evicted()).squeeze(-1);
        return MostUsed.kept(leaving, overflow.leaving(), overflow.blocks(), most);
    }

    /** Numbers of memory rows (batch, places) for the next memory: rows of this segment start at 0. */
    private Tensor staying(Tensor numbers, long length, Overflow overflow) {
        return overflow.staying(withSegment(numbers, length).unsqueeze(-1), bound.places())
                .squeeze(-1);
    }

    private static Tensor withSegment(Tensor numbers, long length) {
        TensorBackend backend = numbers.backend();
        return backend.concat(List.of(numbers, backend.zeros(Shape.of(numbers.size(0), length), numbers.dtype())), 1);
    }
}
