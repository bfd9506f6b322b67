package org.example.gatedslots;

import dev.mneme.tck.memory.MemoryCase;
import dev.mneme.tck.memory.MemoryContract;
import java.util.List;

/** Everything a mechanism owes its users, on every engine of the class path. */
final class GatedSlotsContractTest extends MemoryContract<GatedSlotsConfig> {
    @Override
    protected GatedSlotsProvider provider() {
        return new GatedSlotsProvider();
    }

    @Override
    protected List<MemoryCase<GatedSlotsConfig>> configs() {
        return List.of(MemoryCase.of("one slot", new GatedSlotsConfig(1)));
    }
}
