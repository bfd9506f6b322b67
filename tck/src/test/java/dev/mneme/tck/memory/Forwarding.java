package dev.mneme.tck.memory;

import dev.mneme.memory.Controller;
import dev.mneme.memory.ForwardingReader;
import dev.mneme.memory.ForwardingWriter;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.StateSchema;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Parameterized;
import dev.mneme.nn.Pass;
import java.util.List;
import java.util.Map;

/** Roles that ask others; a fault overrides one method. */
final class Forwarding {
    private Forwarding() {}

    private abstract static class Role<R extends Parameterized> implements Parameterized {
        final R right;

        Role(R right) {
            this.right = right;
        }

        @Override
        public Map<String, Parameter> parameters() {
            return right.parameters();
        }

        @Override
        public void close() {
            right.close();
        }
    }

    static class OfMemory extends Role<Memory> implements Memory {
        OfMemory(Memory right) {
            super(right);
        }

        @Override
        public StateSchema schema() {
            return right.schema();
        }

        @Override
        public MemoryState initialState(long batch) {
            return right.initialState(batch);
        }

        @Override
        public List<MemoryView> views(Observation observation) {
            return right.views(observation);
        }
    }

    static class OfReader extends ForwardingReader {
        final Reader right;

        OfReader(Reader right) {
            super(right);
            this.right = right;
        }
    }

    static class OfWriter extends ForwardingWriter {
        final Writer right;

        OfWriter(Writer right) {
            super(right);
            this.right = right;
        }
    }

    static class OfController extends Role<Controller> implements Controller {
        OfController(Controller right) {
            super(right);
        }

        @Override
        public StepResult step(Segment segment, MemoryState state, Pass pass) {
            return right.step(segment, state, pass);
        }

        @Override
        public Written advance(Segment segment, MemoryState state, Pass pass) {
            return right.advance(segment, state, pass);
        }

        @Override
        public SegmentStream stream(Segment opening, MemoryState state, Pass pass) {
            return right.stream(opening, state, pass);
        }
    }
}
