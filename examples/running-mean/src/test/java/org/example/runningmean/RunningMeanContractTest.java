package org.example.runningmean;

import dev.mneme.tck.memory.MemoryCase;
import dev.mneme.tck.memory.MemoryContract;
import java.util.List;

/** Everything a mechanism owes its users, on every engine of the class path. */
final class RunningMeanContractTest extends MemoryContract<RunningMeanConfig> {
    @Override
    protected RunningMeanProvider provider() {
        return new RunningMeanProvider();
    }

    @Override
    protected List<MemoryCase<RunningMeanConfig>> configs() {
        return List.of(MemoryCase.of("of the last segment alone", new RunningMeanConfig(0)));
    }
}
