package dev.mneme.runtime.plugin;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.SequenceRows;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import java.util.Map;

/** A dropped-in plugin's reader, called in the plugin's surroundings. */
record IsolatedReader(Reader reader, PluginCalls calls) implements Reader {
    private static final String READING = "reading";

    @Override
    public SequenceRows rows(MemoryState state, long batch) {
        return calls.call(READING, () -> reader.rows(state, batch));
    }

    @Override
    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
        return calls.call(READING, () -> reader.read(request, state, pass));
    }

    @Override
    public Tensor encoderOutput(Tensor sequence, MemoryState state) {
        return calls.call(READING, () -> reader.encoderOutput(sequence, state));
    }

    @Override
    public Map<String, Parameter> parameters() {
        return calls.call("listing its parameters", reader::parameters);
    }

    @Override
    public void close() {
        calls.run("closing its reader", reader::close);
    }
}
