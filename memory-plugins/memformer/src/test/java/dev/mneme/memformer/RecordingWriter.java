package dev.mneme.memformer;

import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Does what another writer does, and remembers what it saw of the last segment. */
final class RecordingWriter implements Writer {
    private final Writer actual;
    private @Nullable SegmentTrace trace;
    private @Nullable MemoryState state;

    RecordingWriter(Writer actual) {
        this.actual = actual;
    }

    @Override
    public MemoryState writeLayer(LayerInput input, MemoryState before, Pass pass) {
        return actual.writeLayer(input, before, pass);
    }

    @Override
    public Written write(SegmentTrace segment, MemoryState last, Pass pass) {
        trace = segment;
        state = last;
        return actual.write(segment, last, pass);
    }

    Writer actual() {
        return actual;
    }

    SegmentTrace trace() {
        return Objects.requireNonNull(trace);
    }

    /** The state after the last block. */
    MemoryState state() {
        return Objects.requireNonNull(state);
    }

    @Override
    public Map<String, Parameter> parameters() {
        return actual.parameters();
    }

    @Override
    public void close() {
        actual.close();
    }
}
