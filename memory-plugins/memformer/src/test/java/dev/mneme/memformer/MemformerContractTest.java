package dev.mneme.memformer;

import dev.mneme.config.Settings;
import dev.mneme.task.Form;
import dev.mneme.tck.memory.MemoryCase;
import dev.mneme.tck.memory.MemoryContract;
import java.util.List;
import java.util.Map;

final class MemformerContractTest extends MemoryContract<MemformerConfig> {
    @Override
    protected MemformerProvider provider() {
        return new MemformerProvider();
    }

    @Override
    protected List<MemoryCase<MemformerConfig>> configs() {
        return List.of(
                tried("gru", Map.of("variant", "gru", "slots", 3, "num_mem_updates", 2)),
                tried("membart", Map.of("variant", "membart", "slots", 3))
                        .withModel(Map.of("norm", "post", "embedding_norm", true))
                        .refusing(Form.DECODER));
    }

    private static MemoryCase<MemformerConfig> tried(String name, Map<String, ?> settings) {
        return MemoryCase.of(name, Settings.bind("memory", MemformerConfig.class, settings));
    }
}
