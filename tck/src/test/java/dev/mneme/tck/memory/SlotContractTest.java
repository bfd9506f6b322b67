package dev.mneme.tck.memory;

import java.util.List;
import java.util.Map;

/** The contract can be kept. */
final class SlotContractTest extends MemoryContract<SlotConfig> {
    @Override
    protected SlotProvider provider() {
        return new SlotProvider();
    }

    @Override
    protected List<MemoryCase<SlotConfig>> configs() {
        return List.of(
                MemoryCase.of("one slot", new SlotConfig(1, 0)),
                MemoryCase.of("post-norm", SlotConfig.defaults())
                        .withModel(Map.of("norm", "post", "positions", "relative")));
    }
}
