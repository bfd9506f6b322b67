package dev.mneme.recurrentmemory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Pass;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Does what another writer does, and remembers what it saw of the last segment. */
final class RecordingWriter implements Writer {
    private final Writer actual;
    private @Nullable SegmentTrace trace;

    RecordingWriter(Writer actual) {
        this.actual = actual;
    }

    @Override
    public Written write(SegmentTrace segment, MemoryState state, Pass pass) {
        trace = segment;
        return actual.write(segment, state, pass);
    }

    SegmentTrace trace() {
        return Objects.requireNonNull(trace);
    }
}
