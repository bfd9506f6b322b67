package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A segment piece by piece. In an encoder-decoder the pieces are of the target. */
final class StreamingChecks {
    private static final double TOLERANCE = 1e-12;

    private StreamingChecks() {}

    static void onePass(Subject<?> subject, TensorBackend backend) {
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            MemoryState state = model.initialState(TestSegments.ALL.length);
            for (int i = 0; i < 3; i++) {
                TestSegments segment = model.segment(i);
                var whole = model.step(segment, state);
                Outcome expected = Outcome.of(segment, whole);
                for (int[] pieces : cuts(segment.outputs())) {
                    String what = "segment " + (i + 1) + " in pieces of " + Arrays.toString(pieces);
                    Outcome streamed = streamed(model, segment, state, pieces);
                    Numbers.assertClose(streamed.logits(), expected.logits(), TOLERANCE, what + ", logits");
                    Numbers.assertClose(streamed.next(), expected.next(), TOLERANCE, what + ", next state entry ");
                }
                state = whole.next();
            }
        }
    }

    /** Streams of one row, each at another place of its segment. */
    static void together(Subject<?> subject, TensorBackend backend) {
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            List<SegmentStream> alone = new ArrayList<>();
            List<SegmentStream> joined = new ArrayList<>();
            List<Tensor> expected = new ArrayList<>();
            List<Tensor> tokens = new ArrayList<>();
            for (int row : TestSegments.ALL) {
                MemoryState state = model.stateAfter(2, row);
                TestSegments segment = model.segment(2, row);
                int[] start = row == 0 ? new int[0] : new int[] {row};
                joined.add(open(model, segment, state));
                feed(model, segment, joined.get(row), start);
                alone.add(open(model, segment, state));
                feed(model, segment, alone.get(row), start);
                tokens.add(tokens(model, segment).slice(1, row, row + 2));
                expected.add(alone.get(row).feed(tokens.get(row)));
            }
            Tensor both = backend.concat(tokens, 0);
            List<Tensor> found = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                found.add(model.controller().feed(joined, both.slice(1, i, i + 1)));
            }
            double[] logits = backend.concat(found, 1).toDoubles();
            Numbers.assertClose(
                    logits,
                    backend.concat(expected, 0).toDoubles(),
                    TOLERANCE,
                    "streams at different places fed together, logits");
            for (int row : TestSegments.ALL) {
                Numbers.assertClose(
                        Outcome.values(joined.get(row).finish()),
                        Outcome.values(alone.get(row).finish()),
                        TOLERANCE,
                        "streams at different places fed together, stream " + row + ", next state entry ");
            }
            joined.forEach(SegmentStream::close);
            alone.forEach(SegmentStream::close);
        }
    }

    private static List<int[]> cuts(int length) {
        int[] single = new int[length];
        Arrays.fill(single, 1);
        return List.of(single, new int[] {length}, new int[] {1, length - 1}, new int[] {length - 1, 1});
    }

    private static Outcome streamed(TestModel model, TestSegments segment, MemoryState state, int... pieces) {
        TensorBackend backend = model.backend();
        try (TensorScope scope = backend.scope();
                SegmentStream stream = open(model, segment, state)) {
            List<Tensor> logits = feed(model, segment, stream, pieces);
            return new Outcome(
                    Outcome.logits(segment, backend.concat(logits, 1)), Outcome.values(stream.finish()), Map.of());
        }
    }

    /** A stream of a segment that nothing was fed to. */
    static SegmentStream open(TestModel model, TestSegments segment, MemoryState state) {
        Segment whole = segment.upload(model.backend());
        boolean decoder = model.subject().form() == Form.DECODER;
        Segment opening = decoder
                ? new Segment(whole.tokens().slice(1, 0, 0), null, null)
                : new Segment(whole.tokens(), whole.valid(), null);
        return model.controller().stream(opening, state, Pass.evaluation());
    }

    /** Feeds pieces of these lengths; returns their logits. */
    static List<Tensor> feed(TestModel model, TestSegments segment, SegmentStream stream, int... pieces) {
        Tensor tokens = tokens(model, segment);
        List<Tensor> logits = new ArrayList<>();
        int from = 0;
        for (int piece : pieces) {
            logits.add(stream.feed(tokens.slice(1, from, from + piece)));
            from += piece;
        }
        return logits;
    }

    private static Tensor tokens(TestModel model, TestSegments segment) {
        Segment whole = segment.upload(model.backend());
        return model.subject().form() == Form.DECODER ? whole.tokens() : Objects.requireNonNull(whole.decoderTokens());
    }
}
