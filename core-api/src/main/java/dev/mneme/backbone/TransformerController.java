package dev.mneme.backbone;

import dev.mneme.memory.Controller;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.SequenceRows;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.Pass;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.stability.Beta;
import dev.mneme.stability.Stable;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The standard transformer (Vaswani et al., arXiv 1706.03762) as decoder, encoder or encoder-decoder, pre- or
 * post-norm, with a reader and a writer in its blocks. In an encoder-decoder they are in the encoder.
 */
@Stable
public final class TransformerController extends Module implements Controller {
    private final Form form;
    private final Reader reader;
    private final Writer writer;
    private final TokenInput input;
    private final MemoryStack stack;
    private final @Nullable TokenInput targetInput;
    private final @Nullable CrossDecoder decoder;
    private final Linear head;

    /**
     * Builds the backbone.
     *
     * @param context of the mechanism; parameters get paths below {@code controller}
     * @param memoryPositions positions set aside for memory rows: {@link SequenceRows#positions} and one for every trailing
     *     row that has one
     */
    public TransformerController(MechanismContext context, Reader reader, Writer writer, int memoryPositions) {
        super(context.modules().child("controller"));
        BackboneConfig config = context.backbone();
        TaskInfo task = context.task();
        this.form = task.form();
        this.reader = reader;
        this.writer = writer;
        int positions = task.maxLength() + memoryPositions;
        input = child("input", c -> new TokenInput(c, config, task.vocabulary(), positions));
        stack = child(
                "layers", c -> new MemoryStack(c, config, form == Form.DECODER, task.maxLength(), reader, writer));
        boolean hasDecoder = form == Form.ENCODER_DECODER;
        targetInput = hasDecoder
                ? child("target", c -> new TokenInput(c, config, task.targetVocabulary(), task.maxTargetLength()))
                : null;
        decoder = hasDecoder ? child("decoder", c -> new CrossDecoder(c, config, task.maxTargetLength())) : null;
        head = child("head", c -> new Linear(c, config.dim(), task.targetVocabulary(), config.headBias()));
    }

    /** The blocks that the reader and the writer work in, first to last. */
    @Beta
    public List<TransformerBlock> blocks() {
        return stack.blocks();
    }

    @Override
    public StepResult step(Segment segment, MemoryState state, Pass pass) {
        MemoryStack.Run run = encode(segment, state, pass);
        Written written = write(run, pass);
        Tensor hidden;
        if (decoder != null && targetInput != null) {
            Tensor decoderTokens = Objects.requireNonNull(
                    segment.decoderTokens(), "an encoder-decoder needs decoder tokens in its segment");
            CrossDecoder.Source source = source(segment, run);
            hidden = decoder.run(targetInput.forward(decoderTokens, 0, pass), source, pass);
        } else {
            hidden = run.trace().tokenOutput();
        }
        return new StepResult(head.forward(hidden), written.next(), written.losses());
    }

    @Override
    public Written advance(Segment segment, MemoryState state, Pass pass) {
        return write(encode(segment, state, pass), pass);
    }

    private Written write(MemoryStack.Run run, Pass pass) {
        return writer.write(run.trace(), run.state(), pass).plus(run.losses());
    }

    private MemoryStack.Run encode(Segment segment, MemoryState state, Pass pass) {
        SequenceRows memory = reader.rows(state, segment.batch());
        Tensor tokens = input.forward(segment.tokens(), memory.positions(), pass);
        long end = memory.positions() + segment.tokens().size(1);
        return stack.run(positioned(memory, end), tokens, segment.valid(), state, pass);
    }

    /**
     * Adds their positions to the memory rows.
     *
     * @param end position behind the last token
     */
    private SequenceRows positioned(SequenceRows memory, long end) {
        if (memory.positions() == 0) {
            return memory;
        }
        Tensor rows = memory.rows() == null ? null : input.addPositions(memory.rows(), 0);
        Tensor trailing = memory.trailing() == null ? null : input.addPositions(memory.trailing(), end);
        return new SequenceRows(rows, trailing, memory.placement(), memory.mutual(), memory.positions());
    }

    private CrossDecoder.Source source(Segment segment, MemoryStack.Run run) {
        SegmentTrace trace = run.trace();
        Tensor sequence = trace.output();
        Tensor untilTrailing =
                trace.trailing() == 0 ? sequence : sequence.slice(1, 0, sequence.size(1) - trace.trailing());
        Tensor rows = reader.encoderOutput(untilTrailing, run.state());
        return Objects.requireNonNull(decoder)
                .source(rows, Math.toIntExact(segment.tokens().size(1)), segment.valid());
    }

    @Override
    public SegmentStream stream(Segment opening, MemoryState state, Pass pass) {
        return switch (form) {
            case DECODER -> new DecoderStream(opening.batch(), state, pass);
            case ENCODER_DECODER -> new TargetStream(opening, state, pass);
            case ENCODER ->
                throw new IllegalStateException(
                        "a bidirectional encoder cannot be streamed: every output depends on every token");
        };
    }

    /** Everything but the attention runs as one batch. */
    @Override
    public Tensor feed(List<SegmentStream> streams, Tensor tokens) {
        List<DecoderStream> alike = new ArrayList<>();
        for (SegmentStream stream : streams) {
            if (stream instanceof DecoderStream decoding && !decoding.pass.training()) {
                alike.add(decoding);
            }
        }
        List<MemoryStack.Feed> feeds = alike.stream().map(stream -> stream.feed).toList();
        if (feeds.size() < Math.max(2, streams.size()) || !MemoryStack.areAlike(feeds)) {
            return Controller.super.feed(streams, tokens);
        }
        try (TensorScope scope = context().backend().scope()) {
            List<Tensor> rows = new ArrayList<>();
            for (int i = 0; i < alike.size(); i++) {
                rows.add(alike.get(i).embed(tokens.slice(0, i, i + 1)));
            }
            return scope.keep(head.forward(stack.feed(feeds, context().backend().concat(rows, 0))));
        }
    }

    private final class DecoderStream implements SegmentStream {
        private final MemoryStack.Feed feed;
        private final @Nullable Tensor trailing;
        private final boolean positioned;
        private final Pass pass;
        private long nextPosition;

        DecoderStream(long batch, MemoryState state, Pass pass) {
            this.pass = pass;
            try (TensorScope scope = context().backend().scope()) {
                SequenceRows memory = reader.rows(state, batch);
                // A handle of its own: the state's may go with the scope this is called in.
                trailing = memory.trailing() == null
                        ? null
                        : memory.trailing().detach().unscoped();
                positioned = memory.positions() > 0;
                nextPosition = memory.positions();
                Tensor rows =
                        memory.rows() != null && positioned ? input.addPositions(memory.rows(), 0) : memory.rows();
                feed = stack
                .new Feed(
                        SequenceRows.before(rows, memory.placement(), memory.mutual(), memory.positions()),
                        batch,
                        state,
                        pass);
            }
        }

        @Override
        public Tensor feed(Tensor tokens) {
            try (TensorScope scope = context().backend().scope()) {
                return scope.keep(head.forward(feed.feed(embed(tokens))));
            }
        }

        private Tensor embed(Tensor tokens) {
            Tensor rows = input.forward(tokens, nextPosition, pass);
            nextPosition += tokens.size(1);
            return rows;
        }

        @Override
        public MemoryState finish() {
            if (trailing != null) {
                feed.end(positioned ? input.addPositions(trailing, nextPosition) : trailing);
            }
            MemoryStack.Run run = feed.run();
            return write(run, pass).next().detach();
        }

        @Override
        public void close() {
            feed.close();
            if (trailing != null) {
                trailing.close();
            }
        }
    }

    private final class TargetStream implements SegmentStream {
        private final CrossDecoder.Feed feed;
        private final MemoryState next;
        private final Pass pass;
        private long position;

        TargetStream(Segment opening, MemoryState state, Pass pass) {
            this.pass = pass;
            try (TensorScope scope = context().backend().scope()) {
                MemoryStack.Run run = encode(opening, state, pass);
                next = write(run, pass).next().detach().unscoped();
                feed = Objects.requireNonNull(decoder).new Feed(source(opening, run), pass);
            }
        }

        @Override
        public Tensor feed(Tensor tokens) {
            try (TensorScope scope = context().backend().scope()) {
                Tensor rows = Objects.requireNonNull(targetInput).forward(tokens, position, pass);
                position += tokens.size(1);
                return scope.keep(head.forward(feed.feed(rows)));
            }
        }

        @Override
        public MemoryState finish() {
            return next.detach();
        }

        @Override
        public void close() {
            feed.close();
            next.close();
        }
    }
}
