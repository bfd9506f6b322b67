package dev.mneme.memory;

import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.stability.Beta;
import dev.mneme.tensor.Tensor;
import java.util.Map;

/** Stands before another reader and hands everything on; override what is to be seen or changed. Closes the other. */
@Beta
public abstract class ForwardingReader implements Reader {
    private final Reader actual;

    protected ForwardingReader(Reader actual) {
        this.actual = actual;
    }

    @Override
    public SequenceRows rows(MemoryState state, long batch) {
        return actual.rows(state, batch);
    }

    @Override
    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
        return actual.read(request, state, pass);
    }

    @Override
    public Tensor encoderOutput(Tensor sequence, MemoryState state) {
        return actual.encoderOutput(sequence, state);
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
