package dev.mneme.backbone;

import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.ReadRequest.Site;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.SequenceRows;
import dev.mneme.memory.Writer;
import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.MultiHeadAttention;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RelativePositionBias;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The blocks of a decoder-only model or of an encoder, with a mechanism's reader and writer in them. */
final class MemoryStack extends Module {
    private final BackboneConfig config;
    private final boolean causal;
    private final Reader reader;
    private final Writer writer;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final @Nullable Normalization finalNorm;
    private final @Nullable RelativePositionBias bias;

    MemoryStack(
            ModuleContext context, BackboneConfig config, boolean causal, int maxLength, Reader reader, Writer writer) {
        super(context);
        this.config = config;
        this.causal = causal;
        this.reader = reader;
        this.writer = writer;
        for (int i = 0; i < config.layers(); i++) {
            blocks.add(child(String.valueOf(i), c -> new TransformerBlock(c, config.block(false))));
        }
        finalNorm = config.norm() == TransformerBlock.NormPlacement.PRE ? child("norm", config::newNorm) : null;
        bias = config.positions() == BackboneConfig.PositionScheme.RELATIVE
                ? child("relative", c -> new RelativePositionBias(c, config.heads(), maxLength))
                : null;
    }

    List<TransformerBlock> blocks() {
        return blocks;
    }

    /** What a run leaves: the trace, the state after the last block, and the auxiliary losses of its reads by name. */
    record Run(SegmentTrace trace, MemoryState state, Map<String, Tensor> losses) {}

    /**
     * Runs a whole segment.
     *
     * @param memory its rows, positions already added
     * @param tokens (batch, length, dim)
     */
    Run run(SequenceRows memory, Tensor tokens, @Nullable Tensor valid, MemoryState state, Pass pass) {
        int joined = memory.joinedCount();
        int trailing = memory.trailingCount();
        Tensor rows = around(memory, tokens);
        int total = Math.toIntExact(rows.size(1));
        AttentionMasks masks = masks(joined, memory.mutual(), total - joined - trailing, trailing, total, valid);
        Tensor nothing = rows.slice(1, 0, 0);
        Tensor real = valid == null ? null : AttentionMasks.around(valid, joined, trailing);
        List<Tensor> inputs = new ArrayList<>();
        Reads reads = new Reads(real, pass);
        MemoryState current = state;
        for (int layer = 0; layer < blocks.size(); layer++) {
            inputs.add(rows);
            LayerInput input = new LayerInput(
                    layer, blocks.get(layer), causal ? nothing : rows, causal ? null : real, memory.apart());
            current = writer.writeLayer(input, current, pass);
            rows = block(layer, rows, masks, current, reads);
        }
        return new Run(new SegmentTrace(joined, trailing, inputs, normalise(rows), valid), current, reads.losses);
    }

    private static Tensor around(SequenceRows memory, Tensor tokens) {
        List<Tensor> parts = new ArrayList<>();
        if (memory.joined() != null) {
            parts.add(memory.joined());
        }
        parts.add(tokens);
        if (memory.trailing() != null) {
            parts.add(memory.trailing());
        }
        return parts.size() == 1 ? tokens : tokens.backend().concat(parts, 1);
    }

    private Tensor block(int layer, Tensor rows, AttentionMasks masks, MemoryState state, Reads reads) {
        TransformerBlock block = blocks.get(layer);
        Pass pass = reads.pass;
        Reading reading = reads.read(layer, Site.ATTENTION, rows, state);
        Tensor input = block.attentionInput(rows);
        Tensor attended;
        if (reading instanceof Reading.Keys keys) {
            Tensor extra = block.attentionInput(keys.rows());
            Tensor keyRows = keys.seesSequence() ? rows.backend().concat(List.of(extra, input), 1) : extra;
            attended = block.attention().forward(input, keyRows, masks.with(keys), pass);
        } else if (reading instanceof Reading.Projected extra) {
            MultiHeadAttention own = block.attention();
            KeyValues seen = extra.seesSequence() ? own.keyValues(input).after(extra.keyValues()) : extra.keyValues();
            attended = own.attend(own.queries(input), seen, masks.with(extra), pass);
        } else {
            attended = block.attention().forward(input, masks.self(), pass);
        }
        return afterAttention(layer, rows, attended, reading, state, reads);
    }

    /** Everything of a block after its self-attention. */
    private Tensor afterAttention(
            int layer, Tensor rows, Tensor attended, Reading reading, MemoryState state, Reads reads) {
        TransformerBlock block = blocks.get(layer);
        Pass pass = reads.pass;
        Tensor sum = attended;
        if (reading instanceof Reading.Residual residual) {
            sum = reads.add(attended, residual);
        } else if (reading instanceof Reading.Replacement) {
            throw ReadingRows.misplaced(layer, Site.ATTENTION, reading);
        }
        Tensor read = block.attentionResidual(rows, sum, pass);
        Reading between = reads.read(layer, Site.AFTER_ATTENTION, read, state);
        if (between instanceof Reading.Residual residual) {
            read = reads.add(read, residual);
        } else if (between != Reading.NOTHING) {
            throw ReadingRows.misplaced(layer, Site.AFTER_ATTENTION, between);
        }
        Reading instead = reads.read(layer, Site.FEED_FORWARD, read, state);
        if (instead instanceof Reading.Replacement replacement) {
            return block.feedForwardResidual(read, replacement.value(), pass);
        }
        if (instead != Reading.NOTHING) {
            throw ReadingRows.misplaced(layer, Site.FEED_FORWARD, instead);
        }
        return block.feed(read, pass);
    }

    /** What is asked of the reader for the rows of one run, and the losses of what it answers. */
    private final class Reads {
        private final @Nullable Tensor valid;
        private final Pass pass;
        private final Map<String, Tensor> losses = new LinkedHashMap<>();

        /**
         * Nothing is asked yet.
         *
         * @param valid of all rows of the run, or null when all are
         */
        Reads(@Nullable Tensor valid, Pass pass) {
            this.valid = valid;
            this.pass = pass;
        }

        Reading read(int layer, Site site, Tensor rows, MemoryState state) {
            return reader.read(new ReadRequest(layer, site, rows, valid, blocks.get(layer)), state, pass);
        }

        Tensor add(Tensor rows, Reading.Residual residual) {
            residual.losses().forEach((name, loss) -> losses.merge(name, loss, Tensor::add));
            return rows.add(residual.value());
        }
    }

    private Tensor normalise(Tensor rows) {
        return finalNorm == null ? rows : finalNorm.forward(rows);
    }

    private AttentionMasks masks(
            int joined, boolean mutual, int tokens, int trailing, int queries, @Nullable Tensor valid) {
        return new AttentionMasks(
                context().backend(),
                joined,
                tokens,
                trailing,
                queries,
                causal,
                mutual,
                config.attentionWindow(),
                valid,
                bias);
    }

    /** Whether segments can be fed together: their states have the same shapes. */
    static boolean areAlike(List<Feed> feeds) {
        Feed first = feeds.get(0);
        return feeds.stream().allMatch(feed -> feed.shapes().equals(first.shapes()));
    }

    /**
     * Rows of the next tokens of several {@linkplain #areAlike alike} segments of one row each, wherever they are; what
     * comes out equals {@link Feed#feed} of each. Called in a scope.
     *
     * @param piece (feeds, n, dim)
     * @return (feeds, n, dim), after the final norm
     */
    Tensor feed(List<Feed> feeds, Tensor piece) {
        int length = Math.toIntExact(piece.size(1));
        return run(feeds, feeds.stream().map(feed -> feed.after(length)).toList(), piece);
    }

    private Tensor run(List<Feed> feeds, List<AttentionMasks> masks, Tensor piece) {
        // A stream has no padding, and no losses: it is not trained.
        Reads reads = new Reads(null, feeds.get(0).pass);
        Tensor rows = piece;
        for (int i = 0; i < blocks.size(); i++) {
            int layer = i;
            MemoryState state = MemoryState.concat(
                    feeds.stream().map(feed -> feed.states.get(layer)).toList());
            Reading reading = reads.read(layer, Site.ATTENTION, rows, state);
            rows = advance(feeds, masks, layer, rows, reading, state, reads);
        }
        Tensor output = normalise(rows);
        for (int i = 0; i < feeds.size(); i++) {
            feeds.get(i).outputs.add(own(output, i, feeds.size()));
        }
        return output;
    }

    /** One block for the next rows of each segment; only the attention has to know that they are not at one place. */
    private Tensor advance(
            List<Feed> feeds,
            List<AttentionMasks> masks,
            int layer,
            Tensor rows,
            Reading reading,
            MemoryState state,
            Reads reads) {
        TransformerBlock block = blocks.get(layer);
        Pass pass = reads.pass;
        Tensor input = block.attentionInput(rows);
        KeyValues added = ReadingRows.seesSequence(reading) ? block.attention().keyValues(input) : null;
        List<KeyValues> seen = new ArrayList<>();
        List<Attention> attentions = new ArrayList<>();
        for (int i = 0; i < feeds.size(); i++) {
            Feed feed = feeds.get(i);
            feed.inputs.get(layer).add(own(rows, i, feeds.size()));
            if (added != null) {
                feed.cache(layer, ReadingRows.row(added, i, feeds.size()));
            }
            seen.add(Objects.requireNonNull(feed.caches.get(layer)));
            attentions.add(ReadingRows.attention(masks.get(i), reading, i, feeds.size()));
        }
        Tensor queries = block.attention().queries(input);
        Tensor attended = feeds.size() == 1
                ? block.attention().attend(queries, seen.get(0), attentions.get(0), pass)
                : block.attention().attend(queries, seen, attentions, pass);
        return afterAttention(layer, rows, attended, reading, state, reads);
    }

    /** A row to keep: a copy, so that a segment does not hold on to the rows of others. */
    private static Tensor own(Tensor all, int row, int rows) {
        Tensor kept = rows == 1
                ? all.detach()
                : all.indexSelect(0, all.backend().tensor(new long[] {row}, Shape.of(1)))
                        .detach();
        return kept.unscoped();
    }

    /** A causal segment fed piece by piece; keys and values of what was fed are kept. */
    final class Feed implements AutoCloseable {
        private final long batch;
        private final int joined;
        private final boolean mutual;
        private final Pass pass;
        private final List<@Nullable KeyValues> caches = new ArrayList<>();
        private final List<List<Tensor>> inputs = new ArrayList<>();
        private final List<Tensor> outputs = new ArrayList<>();
        private final List<MemoryState> states = new ArrayList<>();
        private int tokens;
        private int trailing;

        /** Runs the joined rows and the layer writes. Called in a scope; what is kept is taken out of it. */
        Feed(SequenceRows memory, long batch, MemoryState state, Pass pass) {
            this.batch = batch;
            this.joined = memory.joinedCount();
            this.mutual = memory.mutual();
            this.pass = pass;
            MemoryState current = state;
            Tensor nothing = nothing();
            Tensor rows = joined == 0 ? nothing : Objects.requireNonNull(memory.joined());
            Reads reads = new Reads(null, pass);
            for (int layer = 0; layer < blocks.size(); layer++) {
                inputs.add(new ArrayList<>());
                TransformerBlock block = blocks.get(layer);
                current = writer.writeLayer(new LayerInput(layer, block, nothing, null, memory.apart()), current, pass);
                // Handles of its own: others may go with the scope this is called in.
                states.add(current.detach().unscoped());
                caches.add(null);
                Reading reading = reads.read(layer, Site.ATTENTION, rows, current);
                if (reading instanceof Reading.Keys keys) {
                    cache(layer, block.attention().keyValues(block.attentionInput(keys.rows())));
                } else if (reading instanceof Reading.Projected extra) {
                    cache(
                            layer,
                            new KeyValues(
                                    extra.keyValues().keys().detach(),
                                    extra.keyValues().values().detach()));
                }
                if (joined > 0) {
                    AttentionMasks masks = masks(joined, mutual, 0, 0, joined, null);
                    rows = advance(List.of(this), List.of(masks), layer, rows, reading, current, reads);
                }
            }
            if (joined > 0) {
                outputs.add(normalise(rows).unscoped());
            }
        }

        private List<List<Shape>> shapes() {
            return states.stream()
                    .map(state ->
                            state.tensors().values().stream().map(Tensor::shape).toList())
                    .toList();
        }

        private Tensor nothing() {
            return context()
                    .backend()
                    .zeros(Shape.of(batch, 0, config.dim()), context().dtype());
        }

        /** Rows (batch, n, dim) of the next tokens, after the final norm. Called in a scope. */
        Tensor feed(Tensor piece) {
            return run(piece, after(Math.toIntExact(piece.size(1))));
        }

        /** Masks of the next tokens. */
        private AttentionMasks after(int length) {
            tokens += length;
            return masks(joined, mutual, tokens, 0, length, null);
        }

        /** Runs the trailing rows (batch, N, dim) behind everything fed. Called in a scope; nothing is fed afterwards. */
        void end(Tensor rows) {
            trailing = Math.toIntExact(rows.size(1));
            run(rows, masks(joined, mutual, tokens, trailing, trailing, null));
        }

        private Tensor run(Tensor piece, AttentionMasks masks) {
            return MemoryStack.this.run(List.of(this), List.of(masks), piece);
        }

        private void cache(int layer, KeyValues added) {
            KeyValues earlier = caches.get(layer);
            KeyValues all = added.after(earlier);
            all.keys().unscoped();
            all.values().unscoped();
            caches.set(layer, all);
            if (earlier != null) {
                earlier.keys().close();
                earlier.values().close();
            }
        }

        /** The trace of everything fed, in the caller's scope. */
        Run run() {
            List<Tensor> wholeInputs = inputs.stream().map(this::whole).toList();
            SegmentTrace trace = new SegmentTrace(joined, trailing, wholeInputs, whole(outputs), null);
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
        }
    }
}
