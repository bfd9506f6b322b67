package dev.mneme.infiniteformer;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the signal of a layer with the queries of its own self-attention, beside it. */
final class InfiniteFormerReader extends Module implements Reader {
    /** Working entry: what queries of this block are multiplied with to find where they look. */
    static final String FOCUS = "infinite_former.focus";
    /** Working entry: projected values of this block's signal. Without it there is no signal in any row. */
    static final String VALUES = "infinite_former.values";
    /** Working entry (batch, 1), BOOL: rows without a signal; absent when no row has one. */
    static final String SILENT = "infinite_former.silent";
    /** Name of the auxiliary loss, in training. */
    static final String LOSS = "kl";

    /** What an observer is shown of each layer's reads, below the layer's path: their means, (batch, heads, length). */
    static final String SHOWN_MEAN = ".mean";
    /** Their variances. */
    static final String SHOWN_VARIANCE = ".variance";

    private final InfiniteFormerConfig config;
    private final ExpectedBasis basis;
    private final List<SignalRead> layers = new ArrayList<>();

    InfiniteFormerReader(ModuleContext context, Sizes sizes, InfiniteFormerConfig config, GaussianBasis gaussians) {
        super(context);
        this.config = config;
        basis = child("basis", c -> new ExpectedBasis(c, gaussians));
        for (int layer = 0; layer < sizes.layers(); layer++) {
            layers.add(
                    child("layers." + layer, c -> new SignalRead(c, sizes, gaussians.count(), config.varianceFloor())));
        }
    }

    /** Prepares the reads of a block: once a segment, however many pieces it is fed in. */
    MemoryState withSignal(int layer, Tensor signal, MemoryState state) {
        SignalRead read = layers.get(layer);
        return state.with(FOCUS, read.focus(signal)).with(VALUES, read.values(signal));
    }

    /** Where rows that entered a block looked, (batch, heads, length). */
    Densities densities(int layer, TransformerBlock block, Tensor rows, Tensor focus) {
        return layers.get(layer).densities(block.attention().queries(block.attentionInput(rows)), focus);
    }

    /** As {@link #densities(int, TransformerBlock, Tensor, Tensor)} after the segment, over the signal that was read. */
    Densities densitiesOver(int layer, TransformerBlock block, Tensor rows, Tensor signal) {
        return densities(layer, block, rows, layers.get(layer).focus(signal));
    }

    @Override
    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
        boolean elsewhere = request.site() != ReadRequest.Site.ATTENTION;
        if (elsewhere || !state.contains(VALUES) || request.hidden().size(1) == 0) {
            return Reading.NOTHING;
        }
        Densities densities =
                densities(request.layer(), Objects.requireNonNull(request.block()), request.hidden(), state.get(FOCUS));
        if (pass.observer() != null) {
            String layer = layers.get(request.layer()).path();
            pass.observer().note(layer + SHOWN_MEAN, densities.mean());
            pass.observer().note(layer + SHOWN_VARIANCE, densities.variance());
        }
        Tensor expected = basis.forward(densities.mean(), densities.variance());
        Tensor read = layers.get(request.layer()).read(expected, state.get(VALUES));
        return pass.training() && config.klWeight() > 0
                ? new Reading.Residual(read, Map.of(LOSS, loss(densities, request.valid(), state.get(SILENT))))
                : new Reading.Residual(read);
    }

    /** The weighted mean over all reads of a block that happened of the regulariser. */
    private Tensor loss(Densities densities, @Nullable Tensor valid, Tensor silent) {
        Tensor speaking = silent.logicalNot();
        Tensor happened = (valid == null ? speaking : speaking.logicalAnd(valid))
                .expand(densities.mean().shape().without(1))
                .to(context().dtype());
        Tensor one = context().backend().full(Shape.scalar(), 1, context().dtype());
        Tensor share = happened.div(happened.sum().maximum(one)).mul(config.klWeight());
        return divergence(densities).mean(false, 1).mul(share).sum();
    }

    /** The regulariser of each density, (batch, heads, length). */
    Tensor divergence(Densities densities) {
        return config.hasPriorMean()
                ? densities.divergence(config.priorMean(), config.priorDeviation())
                : densities.divergence(config.priorDeviation());
    }
}
