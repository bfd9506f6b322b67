package dev.mneme.backbone;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.config.Settings;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.ReadRequest.Site;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.SequenceRows;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the standard backbone does with what readers and writers hand it. */
final class MemoryPlacementTest {
    private static final int DIM = 8;
    private static final int BATCH = 2;
    private static final int LENGTH = 5;
    private static final String ROWS = "rows";

    private final TensorBackend backend = ReferenceBackend.open();
    private final TensorScope scope = backend.scope();
    private final Tensor rows = backend.normal(Shape.of(BATCH, 3, DIM), DType.F64, 3);
    private final MemoryState state = MemoryState.of(Map.of(ROWS, rows));
    private final Segment segment =
            new Segment(backend.tensor(new long[] {1, 4, 2, 6, 3, 5, 0, 2, 2, 1}, Shape.of(BATCH, LENGTH)), null, null);

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    /** The next state is what became of the trailing rows, or of the leading ones if there are none behind. */
    private static final class LastRowsWriter implements Writer {
        @Override
        public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
            return Written.of(state.with(ROWS, trace.trailing() > 0 ? trace.trailingOutput() : trace.leadingOutput()));
        }
    }

    private TransformerController controller(Form form, String positions, Reader reader) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("dim", DIM);
        model.put("heads", 2);
        model.put("positions", positions);
        model.put("embedding_std", 0.7);
        model.put("position_std", 0.7);
        BackboneConfig backbone = Settings.bind("model", BackboneConfig.class, model);
        TaskInfo task = new TaskInfo(form, 7, 7, LENGTH, 0, -1, -1, Double.NaN, Double.NaN);
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F64, 4), backbone, task);
        return new TransformerController(context, reader, new LastRowsWriter(), 6);
    }

    private static Reader around(boolean mutual, int positions) {
        return new Reader() {
            @Override
            public SequenceRows rows(MemoryState state, long batch) {
                Tensor memory = state.get(ROWS);
                return new SequenceRows(memory, memory, SequenceRows.Placement.JOINED, mutual, positions);
            }

            @Override
            public Reading read(ReadRequest request, MemoryState state, Pass pass) {
                return Reading.NOTHING;
            }
        };
    }

    private static Reader answering(Site site, Function<ReadRequest, Reading> answer) {
        return new Reader() {
            @Override
            public Reading read(ReadRequest request, MemoryState state, Pass pass) {
                return request.site() == site ? answer.apply(request) : Reading.NOTHING;
            }
        };
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubles()).containsExactly(expected.toDoubles(), Offset.offset(1e-12));
    }

    private static double difference(Tensor a, Tensor b) {
        return Arrays.stream(a.sub(b).toDoubles()).map(Math::abs).max().orElse(0);
    }

    @ParameterizedTest
    @EnumSource(BackboneConfig.PositionScheme.class)
    void trailingRowsOfAStreamAreThoseOfTheWholeSegment(BackboneConfig.PositionScheme positions) {
        for (boolean mutual : new boolean[] {false, true}) {
            boolean table = positions == BackboneConfig.PositionScheme.LEARNED
                    || positions == BackboneConfig.PositionScheme.SINUSOIDAL;
            try (TransformerController controller = controller(
                    Form.DECODER, positions.name().toLowerCase(Locale.ROOT), around(mutual, table ? 3 : 0))) {
                StepResult whole = controller.step(segment, state, Pass.evaluation());
                try (SegmentStream stream = controller.stream(segment, state, Pass.evaluation())) {
                    Tensor first = stream.feed(segment.tokens().slice(1, 0, 2));
                    Tensor second = stream.feed(segment.tokens().slice(1, 2, LENGTH));
                    assertClose(first, whole.logits().slice(1, 0, 2));
                    assertClose(second, whole.logits().slice(1, 2, LENGTH));
                    assertClose(stream.finish().get(ROWS), whole.next().get(ROWS));
                }
                assertClose(
                        controller
                                .advance(segment, state, Pass.evaluation())
                                .next()
                                .get(ROWS),
                        whole.next().get(ROWS));
            }
        }
    }

    @Test
    void tokensDoNotSeeTrailingRowsAndTrailingRowsSeeTokens() {
        try (TransformerController controller = controller(Form.DECODER, "learned", around(false, 3))) {
            StepResult before = controller.step(segment, state, Pass.evaluation());
            Segment changed = new Segment(
                    backend.tensor(new long[] {1, 4, 2, 6, 0, 5, 0, 2, 2, 6}, Shape.of(BATCH, LENGTH)), null, null);
            StepResult after = controller.step(changed, state, Pass.evaluation());
            assertClose(after.logits().slice(1, 0, LENGTH - 1), before.logits().slice(1, 0, LENGTH - 1));
            assertThat(difference(after.next().get(ROWS), before.next().get(ROWS)))
                    .isGreaterThan(1e-3);
        }
    }

    @Test
    void projectedRowsReadAsTheSameRowsDo() {
        for (Form form : new Form[] {Form.DECODER, Form.ENCODER}) {
            for (boolean seesSequence : new boolean[] {true, false}) {
                Reader keys = answering(Site.ATTENTION, request -> new Reading.Keys(rows, null, seesSequence));
                Reader projected = answering(
                        Site.ATTENTION,
                        request -> new Reading.Projected(
                                requireNonNull(request.block())
                                        .attention()
                                        .keyValues(request.block().attentionInput(rows)),
                                null,
                                seesSequence));
                try (TransformerController one = controller(form, "learned", keys);
                        TransformerController other = controller(form, "learned", projected)) {
                    Tensor expected =
                            one.step(segment, state, Pass.evaluation()).logits();
                    assertClose(other.step(segment, state, Pass.evaluation()).logits(), expected);
                    if (form == Form.DECODER) {
                        try (SegmentStream stream = other.stream(segment, state, Pass.evaluation())) {
                            stream.feed(segment.tokens().slice(1, 0, 3));
                            assertClose(
                                    stream.feed(segment.tokens().slice(1, 3, LENGTH)), expected.slice(1, 3, LENGTH));
                        }
                    }
                }
            }
        }
    }

    @Test
    void lossesOfReadsAreSummedOverBlocks() {
        Reader reader = answering(
                Site.AFTER_ATTENTION,
                request -> new Reading.Residual(
                        request.hidden().mul(0.5),
                        Map.of("look", backend.full(Shape.of(), 1.0 + request.layer(), DType.F64))));
        try (TransformerController controller = controller(Form.DECODER, "learned", reader)) {
            StepResult result = controller.step(segment, state, Pass.evaluation());
            assertThat(result.losses().get("look").item()).isEqualTo(3);
            assertThat(controller
                            .advance(segment, state, Pass.evaluation())
                            .losses()
                            .get("look")
                            .item())
                    .isEqualTo(3);
        }
    }
}
