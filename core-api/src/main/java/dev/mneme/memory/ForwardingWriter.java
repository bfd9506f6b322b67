package dev.mneme.memory;

import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.stability.Beta;
import java.util.Map;

/** Stands before another writer and hands everything on; override what is to be seen or changed. Closes the other. */
@Beta
public abstract class ForwardingWriter implements Writer {
    private final Writer actual;

    protected ForwardingWriter(Writer actual) {
        this.actual = actual;
    }

    @Override
    public MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
        return actual.writeLayer(input, state, pass);
    }

    @Override
    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        return actual.write(trace, state, pass);
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
