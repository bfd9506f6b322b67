package dev.mneme.compressive;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Stands before another writer and remembers what it was given. */
final class RecordingWriter implements Writer {
    private @Nullable Writer next;
    private @Nullable SegmentTrace trace;
    private @Nullable MemoryState state;
    private @Nullable Pass pass;

    /** Takes its place before this one. */
    RecordingWriter before(Writer writer) {
        next = writer;
        return this;
    }

    SegmentTrace trace() {
        return Objects.requireNonNull(trace, "no segment was run");
    }

    /** The losses of the last segment, one a layer. */
    List<Tensor> layerLosses() {
        List<Tensor> losses = new ArrayList<>();
        ((CompressiveWriter) Objects.requireNonNull(next))
                .write(trace(), Objects.requireNonNull(state), Objects.requireNonNull(pass), losses);
        return losses;
    }

    @Override
    public Map<String, Parameter> parameters() {
        return Objects.requireNonNull(next).parameters();
    }

    @Override
    public Written write(SegmentTrace ofSegment, MemoryState atStart, Pass ofStep) {
        trace = ofSegment;
        state = atStart;
        pass = ofStep;
        return Objects.requireNonNull(next).write(ofSegment, atStart, ofStep);
    }

    @Override
    public void close() {
        Objects.requireNonNull(next).close();
    }
}
