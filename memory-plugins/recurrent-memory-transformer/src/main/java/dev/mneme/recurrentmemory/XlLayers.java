package dev.mneme.recurrentmemory;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.SequenceRows;
import dev.mneme.memory.Writer;
import dev.mneme.nn.Initializer;
import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The blocks of the xl form with what they share: the two biases of the scores and the table of distances. */
final class XlLayers extends Module {
    private static final double BIAS_STD = 0.02;

    private final BackboneConfig config;
    private final RecurrentMemoryConfig memory;
    private final int headDim;
    private final int distances;
    private final Parameter contentBias;
    private final Parameter positionBias;
    private final List<XlBlock> blocks = new ArrayList<>();
    private final Tensor table;

    /**
     * Draws the parameters.
     *
     * @param longest tokens of the longest segment
     */
    XlLayers(ModuleContext context, BackboneConfig config, RecurrentMemoryConfig memory, int longest) {
        super(context);
        this.config = config;
        this.memory = memory;
        headDim = memory.headDim() == 0 ? config.dim() / config.heads() : memory.headDim();
        distances = memory.cache() + longest + (memory.memAtEnd() ? 2 : 1) * memory.slots();
        contentBias = parameter("content_bias", Initializer.normal(BIAS_STD), false, config.heads(), headDim);
        positionBias = parameter("position_bias", Initializer.normal(BIAS_STD), false, config.heads(), headDim);
        for (int i = 0; i < config.layers(); i++) {
            blocks.add(child(String.valueOf(i), c -> new XlBlock(c, config, headDim)));
        }
        table = constant(RelativeScores.table(context.backend(), context.dtype(), distances, config.dim()));
    }

    /**
     * What the blocks know of a segment before its rows.
     *
     * @param positions projected table of each block
     * @param seen keys and values of each block so far, at first those of the cache
     * @param state after the last layer's write
     */
    private record Prepared(
            RelativeScores scores, List<Tensor> positions, List<@Nullable KeyValues> seen, MemoryState state) {}

    /** What a run leaves: the trace, and the state after the last layer's write. */
    record Run(SegmentTrace trace, MemoryState state) {}

    /**
     * Calls the writer for each block, and asks the reader what the block sees of earlier segments: once a segment, before
     * there are rows.
     */
    private Prepared prepare(Reader reader, Writer writer, long batch, MemoryState start, Pass pass) {
        Tensor nothing = nothing(batch);
        MemoryState state = start;
        Tensor filled = memory.cache() > 0 ? start.get(StateCache.FILLED) : null;
        RelativeScores scores =
                new RelativeScores(context().backend(), memory.relativeShift(), memory.slots(), distances, filled);
        List<Tensor> positions = new ArrayList<>();
        List<@Nullable KeyValues> seen = new ArrayList<>();
        for (int layer = 0; layer < blocks.size(); layer++) {
            XlBlock block = blocks.get(layer);
            positions.add(block.attention().positions(table));
            state = writer.writeLayer(LayerInput.beforeRows(layer, nothing), state, pass);
            Reading reading = reader.read(ReadRequest.beforeRows(layer, nothing), state, pass);
            seen.add(
                    reading instanceof Reading.Keys keys
                            ? block.attention().keyValues(block.attentionInput(keys.rows()))
                            : null);
        }
        return new Prepared(scores, positions, seen, state);
    }

    private Tensor nothing(long batch) {
        return context()
                .backend()
                .zeros(Shape.of(batch, 0, config.dim()), context().dtype());
    }

    /** Rows (batch, count, dim) of a piece after the last block; adds what entered each block to its inputs. */
    private Tensor run(
            XlPiece piece, Tensor piecesRows, Attention mask, Prepared prepared, List<List<Tensor>> inputs, Pass pass) {
        double scale = 1 / Math.sqrt(headDim);
        Tensor rows = piecesRows;
        for (int layer = 0; layer < blocks.size(); layer++) {
            XlBlock block = blocks.get(layer);
            inputs.get(layer).add(rows);
            XlAttention.Projected own = block.attention().project(block.attentionInput(rows));
            KeyValues seen = own.keyValues().after(prepared.seen().get(layer));
            prepared.seen().set(layer, seen);
            Tensor positionQueries =
                    own.queries().add(positionBias.value().unsqueeze(1)).mul(scale);
            Tensor scores =
                    prepared.scores().of(positionQueries, prepared.positions().get(layer), piece);
            Tensor queries = own.queries().add(contentBias.value().unsqueeze(1));
            rows = block.finish(rows, block.attention().attend(queries, seen, mask.withBias(scores), pass), pass);
        }
        return rows;
    }

    /**
     * Who may attend to whom.
     *
     * @param keys which keys are real, (batch, keys), or null when all are
     */
    private Attention mask(XlPiece piece, @Nullable Tensor keys) {
        long total = piece.keys();
        Tensor real = keys == null ? null : keys.reshape(keys.size(0), 1, 1, total);
        boolean mutual = memory.slots() > 1 && !piece.blocks().isEmpty();
        boolean hidden = memory.cache() > 0
                && !memory.readMemoryFromCache()
                && !piece.blocks().isEmpty();
        if (!mutual && !hidden) {
            return Attention.CAUSAL.withMask(real);
        }
        boolean[] allowed = new boolean[piece.count() * piece.keys()];
        for (int row = 0; row < piece.count(); row++) {
            for (int key = 0; key < total; key++) {
                allowed[row * piece.keys() + key] = piece.allows(row, key, memory.readMemoryFromCache());
            }
        }
        Tensor rule = context().backend().tensor(allowed, Shape.of(1, 1, piece.count(), total));
        return Attention.masked(real == null ? rule : rule.logicalAnd(real));
    }

    private List<List<Tensor>> newInputs() {
        List<List<Tensor>> inputs = new ArrayList<>();
        blocks.forEach(block -> inputs.add(new ArrayList<>()));
        return inputs;
    }

    private XlPiece piece(int first, int count, List<Integer> memoryBlocks) {
        return new XlPiece(first, count, memoryBlocks, memory.slots(), memory.cache());
    }

    /**
     * Runs a whole segment.
     *
     * @param reader asked once a block, before there are rows, for cached rows
     * @param writer called for each block just before
     * @param around the memory rows
     * @param tokens (batch, length, dim)
     */
    Run run(
            Reader reader,
            Writer writer,
            SequenceRows around,
            Tensor tokens,
            @Nullable Tensor valid,
            MemoryState state,
            Pass pass) {
        TensorBackend backend = context().backend();
        int leading = around.joinedCount();
        int trailing = around.trailingCount();
        List<Tensor> parts = new ArrayList<>();
        List<Integer> memoryBlocks = new ArrayList<>();
        if (around.joined() != null) {
            parts.add(around.joined());
            memoryBlocks.add(0);
        }
        parts.add(tokens);
        if (around.trailing() != null) {
            parts.add(around.trailing());
            memoryBlocks.add(leading + Math.toIntExact(tokens.size(1)));
        }
        Tensor rows = parts.size() == 1 ? tokens : backend.concat(parts, 1);
        long total = rows.size(1);
        Tensor keys = null;
        if (memory.cache() > 0) {
            Tensor sequence = StateCache.keys(backend, valid, rows.size(0), leading, total, trailing);
            keys = backend.concat(List.of(state.get(StateCache.FILLED), sequence), 1);
        } else if (valid != null) {
            keys = StateCache.keys(backend, valid, rows.size(0), leading, total, trailing);
        }
        XlPiece whole = piece(0, Math.toIntExact(total), memoryBlocks);
        List<List<Tensor>> inputs = newInputs();
        Prepared prepared = prepare(reader, writer, rows.size(0), state, pass);
        Tensor output = run(whole, rows, mask(whole, keys), prepared, inputs, pass);
        List<Tensor> layerInputs = inputs.stream().map(pieces -> pieces.get(0)).toList();
        return new Run(new SegmentTrace(leading, trailing, layerInputs, output, valid), prepared.state());
    }

    /** A segment fed piece by piece; keys and values of what was fed are kept. */
    final class Feed implements AutoCloseable {
        private final long batch;
        private final int leading;
        private final MemoryState state;
        private final Prepared prepared;
        private final Pass pass;
        private final List<List<Tensor>> inputs = newInputs();
        private final List<Tensor> outputs = new ArrayList<>();
        private int fed;
        private int trailing;

        /** Runs the read rows. Called in a scope; what is kept is taken out of it. */
        Feed(Reader reader, Writer writer, SequenceRows around, long batch, MemoryState state, Pass pass) {
            this.batch = batch;
            this.pass = pass;
            leading = around.joinedCount();
            prepared = prepare(reader, writer, batch, state, pass);
            // Handles of its own: others may go with the scope this is called in.
            this.state = prepared.state().detach().unscoped();
            prepared.scores().unscoped();
            prepared.positions().forEach(Tensor::unscoped);
            prepared.seen().forEach(Feed::unscoped);
            if (around.joined() != null) {
                advance(around.joined(), List.of(0));
            }
        }

        /** Rows (batch, n, dim) of the next tokens after the last block. Called in a scope. */
        Tensor feed(Tensor rows) {
            return advance(rows, List.of());
        }

        /** Runs the write rows behind everything fed. Called in a scope; nothing is fed afterwards. */
        void end(Tensor rows) {
            trailing = Math.toIntExact(rows.size(1));
            advance(rows, List.of(0));
        }

        private Tensor advance(Tensor rows, List<Integer> memoryBlocks) {
            XlPiece piece = piece(fed, Math.toIntExact(rows.size(1)), memoryBlocks);
            fed += piece.count();
            Tensor keys = null;
            if (memory.cache() > 0) {
                Tensor sequence = context().backend().full(Shape.of(batch, fed), 1, DType.BOOL);
                keys = context().backend().concat(List.of(state.get(StateCache.FILLED), sequence), 1);
            }
            List<@Nullable KeyValues> earlier = new ArrayList<>(prepared.seen());
            List<List<Tensor>> entered = newInputs();
            Tensor output = XlLayers.this.run(piece, rows, mask(piece, keys), prepared, entered, pass);
            for (int layer = 0; layer < blocks.size(); layer++) {
                inputs.get(layer).add(entered.get(layer).get(0).detach().unscoped());
            }
            outputs.add(output.detach().unscoped());
            prepared.seen().forEach(Feed::unscoped);
            earlier.forEach(Feed::close);
            return output;
        }

        /** What everything fed leaves, in the caller's scope; the state is closed with this. */
        Run run() {
            List<Tensor> wholeInputs = inputs.stream().map(this::whole).toList();
            return new Run(new SegmentTrace(leading, trailing, wholeInputs, whole(outputs), null), state);
        }

        private Tensor whole(List<Tensor> pieces) {
            return pieces.isEmpty() ? nothing(batch) : context().backend().concat(pieces, 1);
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

        @Override
        public void close() {
            prepared.scores().close();
            prepared.positions().forEach(Tensor::close);
            prepared.seen().forEach(Feed::close);
            inputs.forEach(pieces -> pieces.forEach(Tensor::close));
            outputs.forEach(Tensor::close);
            state.close();
        }
    }
}
