package dev.mneme.tck.memory;

import dev.mneme.memory.ForwardingWriter;
import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Does what another writer does, and remembers what it saw of the last segment: for tests that look into a mechanism, put
 * before its writer by {@link dev.mneme.memory.Roles#assemble}. What it remembers belongs to the scope of the step.
 */
public final class RecordingWriter extends ForwardingWriter {
    private final Writer actual;
    private final List<MemoryState> layerStates = new ArrayList<>();
    private @Nullable SegmentTrace trace;
    private @Nullable MemoryState state;
    private @Nullable Pass pass;

    /** Stands before this writer, and closes it. */
    public RecordingWriter(Writer actual) {
        super(actual);
        this.actual = actual;
    }

    @Override
    public MemoryState writeLayer(LayerInput input, MemoryState before, Pass ofStep) {
        if (input.layer() == 0) {
            layerStates.clear();
        }
        MemoryState written = super.writeLayer(input, before, ofStep);
        layerStates.add(written);
        return written;
    }

    @Override
    public Written write(SegmentTrace segment, MemoryState last, Pass ofStep) {
        trace = segment;
        state = last;
        pass = ofStep;
        return super.write(segment, last, ofStep);
    }

    /** What it stands before. */
    public Writer actual() {
        return actual;
    }

    /** What the blocks computed. */
    public SegmentTrace trace() {
        return Objects.requireNonNull(trace, "no segment was run");
    }

    /** The state after the last block. */
    public MemoryState state() {
        return Objects.requireNonNull(state, "no segment was run");
    }

    /** How the segment was run. */
    public Pass pass() {
        return Objects.requireNonNull(pass, "no segment was run");
    }

    /** The state that the reads of each block saw. */
    public List<MemoryState> layerStates() {
        return layerStates;
    }
}
