package dev.mneme.tck.memory;

import dev.mneme.backbone.NoMemoryProvider;

/** The backbone alone is a memory, too: one of no size. */
final class NoMemoryContractTest extends MemoryContract<NoMemoryProvider.Config> {
    @Override
    protected NoMemoryProvider provider() {
        return new NoMemoryProvider();
    }
}
