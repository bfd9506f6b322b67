package dev.mneme.tck.memory;

import dev.mneme.memory.ForwardingReader;
import dev.mneme.memory.ForwardingWriter;
import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Who is asked and called while a segment runs. */
final class RoleChecks {
    private final List<Integer> blocks;
    private final SortedSet<Integer> asked = new TreeSet<>();
    private final List<Integer> called = new ArrayList<>();
    private int ended;

    private RoleChecks(int blocks) {
        this.blocks = IntStream.range(0, blocks).boxed().toList();
    }

    static void roles(Subject<?> subject, TensorBackend backend) {
        RoleChecks checks = new RoleChecks(subject.backbone().layers());
        try (TestModel model = new TestModel(
                        subject,
                        backend,
                        subject.roles(backend, Subject.SEED)
                                .assemble(reader -> checks.new Asked(reader), writer -> checks.new Called(writer)));
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            checks.run(model);
        }
    }

    private void run(TestModel model) {
        MemoryState state = model.initialState(TestSegments.ALL.length);
        for (int i = 0; i < 2; i++) {
            TestSegments segment = model.segment(i);
            model.controller().advance(segment.upload(model.backend()), state, Pass.evaluation());
            check("an advance");
            if (model.subject().form() != Form.ENCODER) {
                try (SegmentStream stream = StreamingChecks.open(model, segment, state)) {
                    StreamingChecks.feed(model, segment, stream, 1, segment.outputs() - 1);
                    stream.finish();
                }
                check("a stream");
            }
            state = model.step(segment, state).next();
            check("a step");
        }
    }

    private void check(String what) {
        if (!blocks.equals(List.copyOf(asked))) {
            throw new AssertionError(what + " asks the reader in blocks " + asked + ", expected " + blocks);
        }
        if (!blocks.equals(called)) {
            throw new AssertionError(what + " calls the writer before blocks " + called + ", expected " + blocks);
        }
        if (ended != 1) {
            throw new AssertionError(what + " calls the writer " + ended + " times at its end, expected once");
        }
        asked.clear();
        called.clear();
        ended = 0;
    }

    private final class Asked extends ForwardingReader {
        Asked(Reader actual) {
            super(actual);
        }

        @Override
        public Reading read(ReadRequest request, MemoryState state, Pass pass) {
            asked.add(request.layer());
            return super.read(request, state, pass);
        }
    }

    private final class Called extends ForwardingWriter {
        Called(Writer actual) {
            super(actual);
        }

        @Override
        public MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
            called.add(input.layer());
            return super.writeLayer(input, state, pass);
        }

        @Override
        public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
            ended++;
            return super.write(trace, state, pass);
        }
    }
}
