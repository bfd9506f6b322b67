package dev.mneme.infiniteformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RelativePositions;
import dev.mneme.nn.RelativeTerms;
import dev.mneme.nn.SinusoidalTerms;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.nn.TransformerBlock.NormPlacement;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of the xl form. The newest of the rows that wait in the state are the short-term memory: keys and values
 * before the segment's own.
 */
final class XlStack extends Module {
    private final Sizes sizes;
    private final Reader reader;
    private final Writer writer;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final SinusoidalTerms relative;
    private final int headDim;
    private final @Nullable Normalization finalNorm;

    XlStack(ModuleContext context, BackboneConfig config, Sizes sizes, Reader reader, Writer writer) {
        super(context);
        this.sizes = sizes;
        this.reader = reader;
        this.writer = writer;
        for (int layer = 0; layer < sizes.layers(); layer++) {
            blocks.add(child(String.valueOf(layer), c -> new TransformerBlock(c, config.block(false))));
        }
        headDim = sizes.dim() / sizes.heads();
        relative = child(
                "relative",
                c -> new SinusoidalTerms(
                        c, sizes.layers(), sizes.dim(), sizes.heads(), headDim, true, 0, config.dropout()));
        finalNorm = config.norm() == NormPlacement.PRE ? child("norm", config::newNorm) : null;
    }

    List<TransformerBlock> blocks() {
        return blocks;
    }

    /** What a run leaves: the trace, the state after the last block, and the auxiliary losses of its reads by name. */
    record Run(SegmentTrace trace, MemoryState state, Map<String, Tensor> losses) {}

    /** Runs a whole segment of rows (batch, length, dim). */
    Run run(Tensor tokens, @Nullable Tensor valid, MemoryState state, Pass pass) {
        ShortTerm shortTerm = ShortTerm.of(state, sizes);
        Tensor nothing = tokens.slice(1, 0, 0);
        Attention attention = shortTerm.attention(tokens.size(1), valid);
        List<RelativeTerms> terms = terms(shortTerm, tokens.size(1), pass);
        List<Tensor> inputs = new ArrayList<>();
        Map<String, Tensor> losses = new LinkedHashMap<>();
        MemoryState current = state;
        Tensor rows = tokens;
        for (int layer = 0; layer < blocks.size(); layer++) {
            TransformerBlock block = blocks.get(layer);
            inputs.add(rows);
            current = writer.writeLayer(new LayerInput(layer, block, nothing, null, null), current, pass);
            Tensor cached = shortTerm.rows(layer);
            Tensor all = cached == null ? rows : rows.backend().concat(List.of(cached, rows), 1);
            KeyValues seen = block.attention().keyValues(block.attentionInput(all));
            rows = block(layer, rows, seen, attention, terms.get(layer), current, valid, losses, pass);
        }
        return new Run(new SegmentTrace(0, 0, inputs, normalise(rows), valid), current, losses);
    }

    /** A block after its write, over the keys and values of everything in sight. */
    private Tensor block(
            int layer,
            Tensor rows,
            KeyValues seen,
            Attention attention,
            RelativeTerms terms,
            MemoryState state,
            @Nullable Tensor valid,
            Map<String, Tensor> losses,
            Pass pass) {
        TransformerBlock block = blocks.get(layer);
        Tensor queries = block.attention().queries(block.attentionInput(rows));
        Attention placed = attention.withBias(positions(queries, seen, terms));
        Tensor attended = block.attention().attend(biased(queries, terms.contentBias()), seen, placed, pass);
        Reading reading =
                reader.read(new ReadRequest(layer, ReadRequest.Site.ATTENTION, rows, valid, block), state, pass);
        if (reading instanceof Reading.Residual residual) {
            residual.losses().forEach((name, loss) -> losses.merge(name, loss, Tensor::add));
            attended = attended.add(residual.value());
        } else if (reading != Reading.NOTHING) {
            throw new MnemeException(
                    ErrorCode.PLUGIN_MISBEHAVED,
                    "reader answered " + reading.getClass().getSimpleName() + " in block " + layer
                            + "; the xl form expects a residual or nothing");
        }
        return block.feed(block.attentionResidual(rows, attended, pass), pass);
    }

    /** What layers know of the distances between up to so many tokens and everything before them. */
    private List<RelativeTerms> terms(ShortTerm shortTerm, long tokens, Pass pass) {
        return relative.of(Math.toIntExact(shortTerm.count() + tokens + 1), null, pass);
    }

    private static Tensor biased(Tensor queries, @Nullable Tensor perHead) {
        return perHead == null ? queries : queries.add(perHead.unsqueeze(1));
    }

    /** The part of the scaled scores that distances make, (batch, heads, length, keys). */
    private Tensor positions(Tensor queries, KeyValues seen, RelativeTerms terms) {
        Tensor all = terms.positions();
        Tensor near = all.slice(1, all.size(1) - seen.keys().size(2) - 1, all.size(1));
        Tensor asking = biased(queries, terms.positionBias()).mul(1 / Math.sqrt(headDim));
        return RelativePositions.shift(asking.matmul(near.transpose(-1, -2)));
    }

    private Tensor normalise(Tensor rows) {
        return finalNorm == null ? rows : finalNorm.forward(rows);
    }

    /** A segment fed piece by piece; keys and values of what was fed are kept. */
    final class Feed implements AutoCloseable {
        private final long batch;
        private final Pass pass;
        private final ShortTerm shortTerm;
        private final List<RelativeTerms> terms;
        private final List<@Nullable KeyValues> caches = new ArrayList<>();
        private final List<List<Tensor>> inputs = new ArrayList<>();
        private final List<Tensor> outputs = new ArrayList<>();
        private final List<MemoryState> states = new ArrayList<>();
        private long length;

        /** Runs the layer writes. Called in a scope; what is kept is taken out of it. */
        Feed(long batch, MemoryState state, Pass pass) {
            this.batch = batch;
            this.pass = pass;
            shortTerm = ShortTerm.of(state, sizes).unscoped();
            terms = terms(shortTerm, sizes.longest(), pass);
            terms.forEach(RelativeTerms::unscoped);
            MemoryState current = state;
            Tensor nothing = nothing();
            for (int layer = 0; layer < blocks.size(); layer++) {
                TransformerBlock block = blocks.get(layer);
                current = writer.writeLayer(new LayerInput(layer, block, nothing, null, null), current, pass);
                // Handles of its own: others may go with the scope this is called in.
                states.add(current.detach().unscoped());
                inputs.add(new ArrayList<>());
                caches.add(null);
                Tensor cached = shortTerm.rows(layer);
                if (cached != null) {
                    keep(layer, block.attention().keyValues(block.attentionInput(cached)));
                }
            }
        }

        private Tensor nothing() {
            return context()
                    .backend()
                    .zeros(Shape.of(batch, 0, sizes.dim()), context().dtype());
        }

        /** Rows (batch, n, dim) of the next tokens, after the final norm. Called in a scope. */
        Tensor feed(Tensor piece) {
            length += piece.size(1);
            Attention attention = shortTerm.attention(length, null);
            Tensor rows = piece;
            for (int layer = 0; layer < blocks.size(); layer++) {
                TransformerBlock block = blocks.get(layer);
                inputs.get(layer).add(rows.detach().unscoped());
                KeyValues seen = keep(layer, block.attention().keyValues(block.attentionInput(rows)));
                // A stream has no losses: it is not trained.
                rows = block(
                        layer,
                        rows,
                        seen,
                        attention,
                        terms.get(layer),
                        states.get(layer),
                        null,
                        new LinkedHashMap<>(),
                        pass);
            }
            Tensor output = normalise(rows).unscoped();
            outputs.add(output);
            return output;
        }

        private KeyValues keep(int layer, KeyValues added) {
            KeyValues earlier = caches.get(layer);
            KeyValues all = added.after(earlier);
            all.keys().unscoped();
            all.values().unscoped();
            caches.set(layer, all);
            if (earlier != null) {
                earlier.keys().close();
                earlier.values().close();
            }
            return all;
        }

        /** The trace of everything fed, in the caller's scope. */
        Run run() {
            List<Tensor> wholeInputs = inputs.stream().map(this::whole).toList();
            SegmentTrace trace = new SegmentTrace(0, 0, wholeInputs, whole(outputs), null);
            return new Run(trace, states.get(states.size() - 1), Map.of());
        }

        private Tensor whole(List<Tensor> pieces) {
            return pieces.isEmpty() ? nothing() : context().backend().concat(pieces, 1);
        }

        @Override
        public void close() {
            caches.forEach(cache -> {
                if (cache != null) {
                    cache.keys().close();
                    cache.values().close();
                }
            });
            inputs.forEach(pieces -> pieces.forEach(Tensor::close));
            outputs.forEach(Tensor::close);
            states.forEach(MemoryState::close);
            shortTerm.close();
            terms.forEach(RelativeTerms::close);
        }
    }
}
