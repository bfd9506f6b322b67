package dev.mneme.backbone;

import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.ReadRequest.Site;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RelativeAttention;
import dev.mneme.nn.RelativeTerms;
import dev.mneme.nn.RelativeTermsSource;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The blocks of a causal decoder with relative positions, each with rows of earlier segments before its own. */
public final class RelativeLayers extends Module {
    /**
     * Choices beside the {@code model.*} keys.
     *
     * @param headDim width of an attention head
     * @param attentionDropout of attention weights
     * @param sameLength whether, outside of training, every query sees as many keys, itself included, as there are earlier
     *     rows: those farther away are out of sight
     * @param keepsNormalised whether what is kept of a segment, and comes back as earlier rows, is what the attention
     *     takes in: it is not normalised again
     * @param measuresUse whether to tell the writer how much each earlier row was attended to, as {@link #use}
     */
    public record Options(
            int headDim, double attentionDropout, boolean sameLength, boolean keepsNormalised, boolean measuresUse) {}

    private final BackboneConfig config;
    private final Options options;
    private final List<RelativeBlock> blocks = new ArrayList<>();
    private final RelativeTermsSource positions;

    /**
     * Draws the parameters.
     *
     * @param context of the mechanism; parameters get paths below {@code controller.layers}
     * @param positions makes what the blocks know of distances
     */
    public RelativeLayers(
            ModuleContext context,
            BackboneConfig config,
            Options options,
            Function<ModuleContext, ? extends RelativeTermsSource> positions) {
        super(context.child("controller").child("layers"));
        this.config = config;
        this.options = options;
        for (int i = 0; i < config.layers(); i++) {
            blocks.add(child(
                    String.valueOf(i),
                    c -> new RelativeBlock(c, config.block(false), options.headDim(), options.attentionDropout())));
        }
        this.positions = child("relative", positions::apply);
    }

    /** First to last. */
    public List<RelativeBlock> blocks() {
        return List.copyOf(blocks);
    }

    /**
     * Working entry of the state a writer gets: the attention weight each earlier row of a layer received, mean over heads
     * and queries, (batch, M).
     */
    public static String use(int layer) {
        return "use." + layer;
    }

    /** What a run leaves: the trace, and the state with working entries. */
    record Run(SegmentTrace trace, MemoryState state) {}

    /** Runs a whole segment of rows (batch, length, dim). */
    Run run(Reader reader, Writer writer, Tensor rows, @Nullable Tensor valid, MemoryState state, Pass pass) {
        int length = Math.toIntExact(rows.size(1));
        Sight sight = new Sight(reader, writer, rows.size(0), state, pass, length);
        List<Tensor> kept = new ArrayList<>();
        Tensor output = sight.run(rows, valid, kept);
        return new Run(
                new SegmentTrace(0, 0, kept, output, valid),
                sight.withUse(sight.state, valid == null ? null : valid.sum(false, 1)));
    }

    private Tensor nothing(long batch) {
        return context()
                .backend()
                .zeros(Shape.of(batch, 0, config.dim()), context().dtype());
    }

    /** What the blocks see so far: earlier rows, and the rows of the open segment. */
    private final class Sight {
        private final Pass pass;
        private final MemoryState state;
        private final List<@Nullable KeyValues> seen = new ArrayList<>();
        private final List<RelativeTerms> terms;
        private final List<Tensor> use = new ArrayList<>();
        private final @Nullable Tensor earlierMask;
        private final int earlierRows;
        private int done;

        /** Projects the earlier rows and positions for up to {@code longest} rows of the segment. */
        Sight(Reader reader, Writer writer, long batch, MemoryState start, Pass pass, int longest) {
            this.pass = pass;
            Tensor nothing = nothing(batch);
            MemoryState current = start;
            Tensor mask = null;
            int count = 0;
            for (int layer = 0; layer < blocks.size(); layer++) {
                current = writer.writeLayer(LayerInput.beforeRows(layer, nothing), current, pass);
                Reading reading = reader.read(ReadRequest.beforeRows(layer, nothing), current, pass);
                if (reading instanceof Reading.Keys keys) {
                    RelativeBlock block = blocks.get(layer);
                    Tensor rows = options.keepsNormalised() ? keys.rows() : block.attentionInput(keys.rows());
                    seen.add(block.attention().keyValues(rows));
                    mask = keys.mask();
                    count = Math.toIntExact(keys.rows().size(1));
                } else if (reading == Reading.NOTHING) {
                    seen.add(null);
                } else {
                    throw ReadingRows.misplaced(layer, Site.ATTENTION, reading);
                }
            }
            state = current;
            earlierMask = mask;
            earlierRows = count;
            Tensor visible = mask == null ? null : mask.sum(false, 1, 2, 3);
            terms = positions.of(earlierRows + longest + 1, visible, pass);
        }

        /**
         * Rows after the last block.
         *
         * @param valid (batch, length) of a segment that is not fed in pieces, or null
         * @param kept gets what is kept of each layer
         */
        Tensor run(Tensor piece, @Nullable Tensor valid, List<Tensor> kept) {
            int length = Math.toIntExact(piece.size(1));
            Tensor allowed = allowed(piece.size(0), length, valid);
            Tensor rows = piece;
            for (int layer = 0; layer < blocks.size(); layer++) {
                RelativeBlock block = blocks.get(layer);
                Tensor input = block.attentionInput(rows);
                kept.add(options.keepsNormalised() ? input : rows);
                RelativeAttention.Projected own = block.attention().project(input);
                KeyValues all = own.keyValues().after(seen.get(layer));
                seen.set(layer, all);
                rows = block.finish(rows, attended(layer, own.queries(), all, allowed, valid), pass);
            }
            done += length;
            return rows;
        }

        private Tensor attended(int layer, Tensor queries, KeyValues all, Tensor allowed, @Nullable Tensor valid) {
            RelativeAttention attention = blocks.get(layer).attention();
            if (!options.measuresUse() || earlierRows == 0) {
                return attention.attend(queries, all, terms.get(layer), allowed, pass);
            }
            Tensor weights = attention.weights(queries, all.keys(), terms.get(layer), allowed);
            Tensor received = weights.detach().slice(3, 0, earlierRows).mean(false, 1);
            if (valid != null) {
                received = received.mul(valid.to(received.dtype()).unsqueeze(-1));
            }
            Tensor sum = received.sum(false, 1);
            if (use.size() <= layer) {
                use.add(sum);
            } else {
                use.set(layer, use.get(layer).add(sum));
            }
            return attention.mix(weights, all.values(), pass);
        }

        /** Who may attend to whom, broadcastable to (batch, heads, length, keys). */
        private Tensor allowed(long batch, int length, @Nullable Tensor valid) {
            TensorBackend backend = context().backend();
            long keys = (long) earlierRows + done + length;
            Tensor key = backend.arange(0, keys).unsqueeze(0);
            Tensor query = backend.arange(keys - length, keys).unsqueeze(1);
            Tensor rule = key.le(query);
            if (options.sameLength() && earlierRows > 0 && !pass.training()) {
                rule = rule.logicalAnd(query.lt(key.add(backend.tensor(new long[] {earlierRows}, Shape.of(1)))));
            }
            if (earlierMask == null && valid == null) {
                return rule;
            }
            List<Tensor> parts = new ArrayList<>();
            if (earlierMask != null) {
                parts.add(earlierMask.reshape(batch, earlierRows));
            }
            parts.add(valid == null ? backend.full(Shape.of(batch, done + length), 1, DType.BOOL) : valid);
            Tensor real = parts.size() == 1 ? parts.get(0) : backend.concat(parts, 1);
            return real.reshape(batch, 1, 1, keys).logicalAnd(rule);
        }

        /**
         * The state with what {@link #use} promises.
         *
         * @param queries how many there were, (batch), I64; null = all rows
         */
        MemoryState withUse(MemoryState state, @Nullable Tensor queries) {
            MemoryState result = state;
            for (int layer = 0; layer < use.size(); layer++) {
                Tensor sum = use.get(layer);
                Tensor count = queries == null
                        ? context().backend().full(Shape.of(1), done, sum.dtype())
                        : queries.to(sum.dtype())
                                .maximum(context().backend().ones(Shape.of(1), sum.dtype()))
                                .unsqueeze(-1);
                result = result.with(use(layer), sum.div(count));
            }
            return result;
        }
    }

    /** A segment fed piece by piece; keys and values of what was fed are kept. */
    final class Feed implements AutoCloseable {
        private final long batch;
        private final MemoryState state;
        private final Sight sight;
        private final List<List<Tensor>> kept = new ArrayList<>();
        private final List<Tensor> outputs = new ArrayList<>();

        /**
         * Called in a scope; what is kept is taken out of it.
         *
         * @param longest rows of the longest segment
         */
        Feed(Reader reader, Writer writer, long batch, MemoryState state, Pass pass, int longest) {
            this.batch = batch;
            sight = new Sight(reader, writer, batch, state, pass, longest);
            // Handles of its own: others may go with the scope this is called in.
            this.state = sight.state.detach().unscoped();
            sight.terms.forEach(RelativeTerms::unscoped);
            sight.seen.forEach(Feed::unscoped);
            if (sight.earlierMask != null) {
                sight.earlierMask.unscoped();
            }
            blocks.forEach(block -> kept.add(new ArrayList<>()));
        }

        /** Rows (batch, n, dim) of the next tokens after the last block. Called in a scope. */
        Tensor feed(Tensor rows) {
            List<@Nullable KeyValues> before = new ArrayList<>(sight.seen);
            List<Tensor> useBefore = new ArrayList<>(sight.use);
            List<Tensor> added = new ArrayList<>();
            Tensor output = sight.run(rows, null, added);
            for (int layer = 0; layer < blocks.size(); layer++) {
                kept.get(layer).add(added.get(layer).detach().unscoped());
            }
            outputs.add(output.detach().unscoped());
            sight.seen.forEach(Feed::unscoped);
            sight.use.forEach(Tensor::unscoped);
            before.forEach(Feed::close);
            useBefore.forEach(Tensor::close);
            return output;
        }

        private static void unscoped(@Nullable KeyValues keyValues) {
            if (keyValues != null) {
                keyValues.keys().unscoped();
                keyValues.values().unscoped();
            }
        }

        private static void close(@Nullable KeyValues keyValues) {
            if (keyValues != null) {
                keyValues.keys().close();
                keyValues.values().close();
            }
        }

        /** What everything fed leaves, in the caller's scope. */
        Run run() {
            List<Tensor> whole = kept.stream().map(this::joined).toList();
            return new Run(
                    new SegmentTrace(0, 0, whole, joined(outputs), null),
                    outputs.isEmpty() ? state : sight.withUse(state, null));
        }

        private Tensor joined(List<Tensor> pieces) {
            return pieces.isEmpty() ? nothing(batch) : context().backend().concat(pieces, 1);
        }

        @Override
        public void close() {
            sight.terms.forEach(RelativeTerms::close);
            sight.seen.forEach(Feed::close);
            sight.use.forEach(Tensor::close);
            if (sight.earlierMask != null) {
                sight.earlierMask.close();
            }
            kept.forEach(pieces -> pieces.forEach(Tensor::close));
            outputs.forEach(Tensor::close);
            state.close();
        }
    }
}
