package dev.mneme.backbone;

import dev.mneme.config.Settings;
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
import dev.mneme.nn.Initializer;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The Transformer-XL decoder (Dai et al., arXiv 1901.02860): relative positions, rows of earlier segments before each
 * block's own, no norm behind the last block. What is kept of a segment is the writer's matter, what a block sees of it the
 * reader's: asked once a segment and block, before there are rows, for {@link dev.mneme.memory.Reading.Keys} of as many rows
 * in every block with one mask for all blocks and queries, (batch, 1, 1, M), under which each stream's rows are the last ones;
 * or for nothing in all. The writer is called for each block just before.
 *
 * <p>{@code model.positions} has no effect: distances are the positions.
 */
public final class RelativeController extends Module implements Controller {
    private final BackboneConfig config;
    private final Reader reader;
    private final Writer writer;
    private final int longest;
    private final Embedding tokens;
    private final @Nullable Normalization embeddingNorm;
    private final RelativeLayers layers;
    private final @Nullable Linear head;
    private final @Nullable Parameter headBias;

    /**
     * Builds the backbone around its layers and takes them over.
     *
     * @param context of the mechanism, checked by {@link #requireSuitable}; parameters get paths below {@code controller}
     * @param tiedOutput whether embeddings and output share one matrix
     */
    public RelativeController(
            MechanismContext context, RelativeLayers layers, Reader reader, Writer writer, boolean tiedOutput) {
        super(context.modules().child("controller"));
        config = context.backbone();
        TaskInfo task = context.task();
        this.reader = reader;
        this.writer = writer;
        longest = task.maxLength();
        tokens = child("tokens", c -> new Embedding(c, task.vocabulary(), config.dim(), config.embeddingStd()));
        embeddingNorm = config.embeddingNorm() ? child("embedding_norm", config::newNorm) : null;
        this.layers = child("layers", c -> layers);
        head = tiedOutput
                ? null
                : child("head", c -> new Linear(c, config.dim(), task.targetVocabulary(), config.headBias()));
        headBias = tiedOutput && config.headBias()
                ? parameter("head_bias", Initializer.constant(0), task.targetVocabulary())
                : null;
    }

    /**
     * Checks that task and backbone go with this controller.
     *
     * @param mechanism its name, for the message
     * @param sines whether distances are sines and cosines, which come in pairs
     * @throws MnemeException ({@code CONFIG_INVALID}) listing everything that does not
     */
    public static void requireSuitable(String mechanism, MechanismContext context, boolean tiedOutput, boolean sines) {
        TaskInfo task = context.task();
        BackboneConfig backbone = context.backbone();
        List<String> problems = new ArrayList<>();
        if (task.form() != Form.DECODER) {
            problems.add("memory " + mechanism + " is a causal decoder, but the task needs an "
                    + task.form().name().toLowerCase(Locale.ROOT).replace('_', '-') + ". Choose a task for decoders");
        } else if (tiedOutput && task.vocabulary() != task.targetVocabulary()) {
            problems.add("memory.tied_output=true makes one matrix of embeddings and output, but the task has "
                    + task.vocabulary() + " input symbols and " + task.targetVocabulary()
                    + " labels. Set memory.tied_output=false");
        }
        if (sines && backbone.dim() % 2 != 0) {
            problems.add("model.dim=" + backbone.dim() + ": memory " + mechanism
                    + " has as many sines as cosines. Set an even model.dim");
        }
        if (backbone.attentionWindow() >= 0) {
            problems.add("model.attention_window=" + backbone.attentionWindow() + ": memory " + mechanism
                    + " has no window beside its memory. Set model.attention_window=-1");
        }
        if (!problems.isEmpty()) {
            throw Settings.invalid(problems);
        }
    }

    /** The blocks, first to last. */
    public List<RelativeBlock> blocks() {
        return layers.blocks();
    }

    @Override
    public StepResult step(Segment segment, MemoryState state, Pass pass) {
        RelativeLayers.Run run = run(segment, state, pass);
        Written written = writer.write(run.trace(), run.state(), pass);
        return new StepResult(logits(run.trace().output(), pass), written.next(), written.losses());
    }

    @Override
    public Written advance(Segment segment, MemoryState state, Pass pass) {
        RelativeLayers.Run run = run(segment, state, pass);
        return writer.write(run.trace(), run.state(), pass);
    }

    private RelativeLayers.Run run(Segment segment, MemoryState state, Pass pass) {
        requireFits(segment.tokens().size(1));
        return layers.run(reader, writer, embed(segment.tokens(), pass), segment.valid(), state, pass);
    }

    private Tensor embed(Tensor ids, Pass pass) {
        Tensor embedded = tokens.forward(ids);
        Tensor scaled = config.scaleEmbeddings() ? embedded.mul(Math.sqrt(config.dim())) : embedded;
        return pass.dropout(embeddingNorm == null ? scaled : embeddingNorm.forward(scaled), config.dropout());
    }

    private Tensor logits(Tensor rows, Pass pass) {
        Tensor dropped = pass.dropout(rows, config.dropout());
        return head != null
                ? head.forward(dropped)
                : dropped.linear(tokens.table(), headBias == null ? null : headBias.value());
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
        private final RelativeLayers.Feed feed;
        private final Pass pass;
        private long length;

        Stream(long batch, MemoryState state, Pass pass) {
            this.pass = pass;
            try (TensorScope scope = context().backend().scope()) {
                feed = layers.new Feed(reader, writer, batch, state, pass, longest);
            }
        }

        @Override
        public Tensor feed(Tensor ids) {
            requireFits(length + ids.size(1));
            length += ids.size(1);
            try (TensorScope scope = context().backend().scope()) {
                return scope.keep(logits(feed.feed(embed(ids, pass)), pass));
            }
        }

        @Override
        public MemoryState finish() {
            RelativeLayers.Run run = feed.run();
            return writer.write(run.trace(), run.state(), pass).next().detach();
        }

        @Override
        public void close() {
            feed.close();
        }
    }
}
