package dev.mneme.infiniteformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.Controller;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Embedding;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.Pass;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.List;

/** A causal decoder whose attention sees a cache of earlier rows at relative positions, with a memory for older ones. */
final class InfiniteFormerXlController extends Module implements Controller {
    private final BackboneConfig config;
    private final Writer writer;
    private final int longest;
    private final Embedding tokens;
    private final XlStack stack;
    private final Linear head;

    /** Builds the backbone; parameters get paths below {@code controller}. */
    InfiniteFormerXlController(MechanismContext context, Sizes sizes, Reader reader, Writer writer) {
        super(context.modules().child("controller"));
        config = context.backbone();
        this.writer = writer;
        longest = sizes.longest();
        tokens = child(
                "tokens", c -> new Embedding(c, context.task().vocabulary(), config.dim(), config.embeddingStd()));
        stack = child("layers", c -> new XlStack(c, config, sizes, reader, writer));
        head = child("head", c -> new Linear(c, config.dim(), context.task().targetVocabulary(), config.headBias()));
    }

    List<TransformerBlock> blocks() {
        return stack.blocks();
    }

    @Override
    public StepResult step(Segment segment, MemoryState state, Pass pass) {
        XlStack.Run run = run(segment, state, pass);
        Written written = written(run, pass);
        return new StepResult(head.forward(run.trace().output()), written.next(), written.losses());
    }

    @Override
    public Written advance(Segment segment, MemoryState state, Pass pass) {
        return written(run(segment, state, pass), pass);
    }

    private XlStack.Run run(Segment segment, MemoryState state, Pass pass) {
        requireFits(segment.tokens().size(1));
        return stack.run(embed(segment.tokens(), pass), segment.valid(), state, pass);
    }

    private Written written(XlStack.Run run, Pass pass) {
        return writer.write(run.trace(), run.state(), pass).plus(run.losses());
    }

    private Tensor embed(Tensor ids, Pass pass) {
        Tensor embedded = tokens.forward(ids);
        Tensor scaled = config.scaleEmbeddings() ? embedded.mul(Math.sqrt(config.dim())) : embedded;
        return pass.dropout(scaled, config.dropout());
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
        private final XlStack.Feed feed;
        private final Pass pass;
        private long length;

        Stream(long batch, MemoryState state, Pass pass) {
            this.pass = pass;
            try (TensorScope scope = context().backend().scope()) {
                feed = stack.new Feed(batch, state, pass);
            }
        }

        @Override
        public Tensor feed(Tensor ids) {
            requireFits(length + ids.size(1));
            length += ids.size(1);
            try (TensorScope scope = context().backend().scope()) {
                return scope.keep(head.forward(feed.feed(embed(ids, pass))));
            }
        }

        @Override
        public MemoryState finish() {
            return written(feed.run(), pass).next().detach();
        }

        @Override
        public void close() {
            feed.close();
        }
    }
}
