package dev.mneme.runtime.plugin;

import dev.mneme.memory.Controller;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Written;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** A dropped-in plugin's controller, called in the plugin's surroundings; what it calls itself is within them too. */
record IsolatedController(Controller controller, PluginCalls calls) implements Controller {
    private static final String STEP = "running a segment";
    private static final String PIECE = "running a piece of a segment";

    @Override
    public StepResult step(Segment segment, MemoryState state, Pass pass) {
        return calls.call(STEP, () -> controller.step(segment, state, pass));
    }

    @Override
    public Written advance(Segment segment, MemoryState state, Pass pass) {
        return calls.call(STEP, () -> controller.advance(segment, state, pass));
    }

    @Override
    public SegmentStream stream(Segment opening, MemoryState state, Pass pass) {
        return new Stream(calls.call(STEP, () -> controller.stream(opening, state, pass)), calls);
    }

    @Override
    public Tensor feed(List<SegmentStream> streams, Tensor tokens) {
        List<SegmentStream> own = streams.stream()
                .map(stream -> stream instanceof Stream isolated ? isolated.stream : stream)
                .toList();
        return calls.call(PIECE, () -> controller.feed(own, tokens));
    }

    @Override
    public Map<String, Parameter> parameters() {
        return calls.call("listing its parameters", controller::parameters);
    }

    @Override
    public void close() {
        calls.run("closing its controller", controller::close);
    }

    /** An open segment of the plugin's. */
    private record Stream(SegmentStream stream, PluginCalls calls) implements SegmentStream {
        @Override
        public Tensor feed(Tensor tokens) {
            return calls.call(PIECE, () -> stream.feed(tokens));
        }

        @Override
        public MemoryState finish() {
            return calls.call("ending a segment", stream::finish);
        }

        @Override
        public void close() {
            calls.run("closing a segment", stream::close);
        }
    }
}
