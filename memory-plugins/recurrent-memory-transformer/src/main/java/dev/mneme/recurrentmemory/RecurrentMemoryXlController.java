package dev.mneme.recurrentmemory;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.Controller;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.SequenceRows;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Embedding;
import dev.mneme.nn.Initializer;
import dev.mneme.nn.Module;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import org.jspecify.annotations.Nullable;

/**
 * The paper's own backbone: a Transformer-XL decoder whose memory rows see their whole block, with one matrix for
 * embeddings and output and, if asked for, a cache of the rows of earlier segments.
 */
final class RecurrentMemoryXlController extends Module implements Controller {
    private final BackboneConfig config;
    private final Reader reader;
    private final Writer writer;
    private final int longest;
    private final Embedding tokens;
    private final XlLayers layers;
    private final @Nullable Parameter headBias;

    /** Builds the backbone; parameters get paths below {@code controller}. */
    RecurrentMemoryXlController(MechanismContext context, RecurrentMemoryConfig memory, Reader reader, Writer writer) {
        super(context.modules().child("controller"));
        config = context.backbone();
        this.reader = reader;
        this.writer = writer;
        longest = context.task().maxLength();
        int vocabulary = context.task().vocabulary();
        tokens = child("tokens", c -> new Embedding(c, vocabulary, config.dim(), config.embeddingStd()));
        layers = child("layers", c -> new XlLayers(c, config, memory, longest));
        headBias = config.headBias() ? parameter("head_bias", Initializer.constant(0), vocabulary) : null;
    }

    @Override
    public StepResult step(Segment segment, MemoryState state, Pass pass) {
        XlLayers.Run run = run(segment, state, pass);
        Written written = writer.write(run.trace(), run.state(), pass);
        return new StepResult(logits(run.trace().tokenOutput()), written.next(), written.losses());
    }

    @Override
    public Written advance(Segment segment, MemoryState state, Pass pass) {
        XlLayers.Run run = run(segment, state, pass);
        return writer.write(run.trace(), run.state(), pass);
    }

    private XlLayers.Run run(Segment segment, MemoryState state, Pass pass) {
        requireFits(segment.tokens().size(1));
        SequenceRows around = reader.rows(state, segment.batch());
        return layers.run(reader, writer, around, embed(segment.tokens(), pass), segment.valid(), state, pass);
    }

    private Tensor embed(Tensor ids, Pass pass) {
        Tensor embedded = tokens.forward(ids);
        Tensor scaled = config.scaleEmbeddings() ? embedded.mul(Math.sqrt(config.dim())) : embedded;
        return pass.dropout(scaled, config.dropout());
    }

    private Tensor logits(Tensor rows) {
        return rows.linear(tokens.table(), headBias == null ? null : headBias.value());
    }

    private void requireFits(long length) {
        if (length > longest) {
            throw new MnemeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "a segment of " + length + " tokens; this model was built for " + longest
                            + ". Use shorter segments, or train with a larger model.segment");
        }
    }

    @Override
    public SegmentStream stream(Segment opening, MemoryState state, Pass pass) {
        return new Stream(opening.batch(), state, pass);
    }

    private final class Stream implements SegmentStream {
        private final XlLayers.Feed feed;
        private final @Nullable Tensor trailing;
        private final Pass pass;
        private long length;

        Stream(long batch, MemoryState state, Pass pass) {
            this.pass = pass;
            try (TensorScope scope = context().backend().scope()) {
                SequenceRows around = reader.rows(state, batch);
                trailing = around.trailing() == null
                        ? null
                        : around.trailing().detach().unscoped();
                feed = layers.new Feed(reader, writer, around, batch, state, pass);
            }
        }

        @Override
        public Tensor feed(Tensor ids) {
            requireFits(length + ids.size(1));
            length += ids.size(1);
            try (TensorScope scope = context().backend().scope()) {
                return scope.keep(logits(feed.feed(embed(ids, pass))));
            }
        }

        @Override
        public MemoryState finish() {
            if (trailing != null) {
                feed.end(trailing);
            }
            XlLayers.Run run = feed.run();
            return writer.write(run.trace(), run.state(), pass).next().detach();
        }

        @Override
        public void close() {
            feed.close();
            if (trailing != null) {
                trailing.close();
            }
        }
    }
}
