package dev.mneme.runtime.plugin;

import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import java.util.Map;

/** A dropped-in plugin's writer, called in the plugin's surroundings. */
record IsolatedWriter(Writer writer, PluginCalls calls) implements Writer {
    private static final String WRITING = "writing";

    @Override
    public MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
        return calls.call(WRITING, () -> writer.writeLayer(input, state, pass));
    }

    @Override
    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        return calls.call(WRITING, () -> writer.write(trace, state, pass));
    }

    @Override
    public Map<String, Parameter> parameters() {
        return calls.call("listing its parameters", writer::parameters);
    }

    @Override
    public void close() {
        calls.run("closing its writer", writer::close);
    }
}
