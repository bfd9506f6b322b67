package dev.mneme.memorytransformer;

import dev.mneme.tck.memory.MemoryCase;
import dev.mneme.tck.memory.MemoryContract;
import java.util.List;
import java.util.Map;

final class MemoryTransformerContractTest extends MemoryContract<MemoryTransformerConfig> {
    @Override
    protected MemoryTransformerProvider provider() {
        return new MemoryTransformerProvider();
    }

    @Override
    protected List<MemoryCase<MemoryTransformerConfig>> configs() {
        return List.of(
                tried("mem-ctrl", Map.of("variant", "mem-ctrl")),
                tried("mem-ctrl shared", Map.of("variant", "mem-ctrl", "shared_writer", true, "mask", "block")),
                tried("mem-bottleneck", Map.of("variant", "mem-bottleneck", "positions", "continuous")),
                tried("rows in use", Map.of("kept_slots", 2, "positions", "continuous", "mask", "block"))
                        .withModel(Map.of("norm", "post", "positions", "sinusoidal")));
    }

    private static MemoryCase<MemoryTransformerConfig> tried(String name, Map<String, ?> settings) {
        return MemoryCase.of(name, TestModel.memory(settings));
    }
}
