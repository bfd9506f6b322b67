package dev.mneme.memorytransformer;

import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Does what another writer does, and remembers what it saw of the last segment. */
final class RecordingWriter implements Writer {
    private final Writer actual;
    private final List<MemoryState> layerStates = new ArrayList<>();
    private @Nullable SegmentTrace trace;

    RecordingWriter(Writer actual) {
        this.actual = actual;
    }

    @Override
    public MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
        if (input.layer() == 0) {
            layerStates.clear();
        }
        MemoryState written = actual.writeLayer(input, state, pass);
        layerStates.add(written);
        return written;
    }

    @Override
    public Written write(SegmentTrace segment, MemoryState state, Pass pass) {
        trace = segment;
        return actual.write(segment, state, pass);
    }

    /** The state the reads of each block saw. */
    List<MemoryState> layerStates() {
        return layerStates;
    }

    SegmentTrace trace() {
        return Objects.requireNonNull(trace);
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
