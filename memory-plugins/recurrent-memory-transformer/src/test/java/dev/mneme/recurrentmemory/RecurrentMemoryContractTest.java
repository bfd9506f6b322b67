package dev.mneme.recurrentmemory;

import dev.mneme.task.Form;
import dev.mneme.tck.memory.MemoryCase;
import dev.mneme.tck.memory.MemoryContract;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

final class RecurrentMemoryContractTest extends MemoryContract<RecurrentMemoryConfig> {
    @Override
    protected RecurrentMemoryProvider provider() {
        return new RecurrentMemoryProvider();
    }

    @Override
    protected List<MemoryCase<RecurrentMemoryConfig>> configs() {
        return List.of(
                xl("xl", Map.of()).withModel(Map.of("positions", "none")),
                xl("xl, cache", Map.of("cache", 7, "read_memory_from_cache", true, "relative_shift", "exact"))
                        .withModel(Map.of("positions", "none", "norm", "post", "scale_embeddings", true))
                        .cuttingGradients("cached rows carry no gradient"));
    }

    private static MemoryCase<RecurrentMemoryConfig> xl(String name, Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of("backbone", "xl"));
        all.putAll(settings);
        return MemoryCase.of(name, TestModel.memory(all)).refusing(Form.ENCODER, Form.ENCODER_DECODER);
    }
}
