package dev.mneme.transformerxl;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Stands before another writer and remembers what the last block put out. */
final class RecordingWriter implements Writer {
    private @Nullable Writer next;
    private @Nullable Tensor output;

    /** Takes its place before this one. */
    RecordingWriter before(Writer writer) {
        next = writer;
        return this;
    }

    Tensor output() {
        return Objects.requireNonNull(output, "no segment was run");
    }

    @Override
    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        output = trace.output();
        return Objects.requireNonNull(next).write(trace, state, pass);
    }
}
