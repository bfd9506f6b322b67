package dev.mneme.tck.memory;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The contract can be kept. */
final class SlotContractTest extends MemoryContract<SlotConfig> {
    @TempDir
    static Path folder;

    @Override
    protected SlotProvider provider() {
        return new SlotProvider();
    }

    /** The folder of the tests holds more than this plugin. */
    @Override
    protected List<Path> plugin() {
        return List.of(PluginJar.ofSlots().write(folder, "slots.jar"));
    }

    @Override
    protected List<MemoryCase<SlotConfig>> configs() {
        return List.of(
                MemoryCase.of("one slot", new SlotConfig(1, 0)),
                MemoryCase.of("post-norm", SlotConfig.defaults())
                        .withModel(Map.of("norm", "post", "positions", "relative")));
    }
}
