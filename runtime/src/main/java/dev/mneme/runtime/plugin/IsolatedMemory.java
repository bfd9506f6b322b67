package dev.mneme.runtime.plugin;

import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.StateSchema;
import dev.mneme.nn.Parameter;
import java.util.List;
import java.util.Map;

/** A dropped-in plugin's memory, called in the plugin's surroundings. */
record IsolatedMemory(Memory memory, PluginCalls calls) implements Memory {
    @Override
    public StateSchema schema() {
        return calls.call("describing its state", memory::schema);
    }

    @Override
    public MemoryState initialState(long batch) {
        return calls.call("making the initial state", () -> memory.initialState(batch));
    }

    @Override
    public List<MemoryView> views(Observation observation) {
        return calls.call("showing what it did", () -> memory.views(observation));
    }

    @Override
    public Map<String, Parameter> parameters() {
        return calls.call("listing its parameters", memory::parameters);
    }

    @Override
    public void close() {
        calls.run("closing its memory", memory::close);
    }
}
