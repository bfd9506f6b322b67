package dev.mneme.infiniteformer;

import dev.mneme.config.Settings;
import dev.mneme.task.Form;
import dev.mneme.tck.memory.MemoryCase;
import dev.mneme.tck.memory.MemoryContract;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

final class InfiniteFormerContractTest extends MemoryContract<InfiniteFormerConfig> {
    private static final String DETACHED =
            "the signal and the rows that wait to be written are carried without gradient";

    @Override
    protected InfiniteFormerProvider provider() {
        return new InfiniteFormerProvider();
    }

    @Override
    protected MemoryCase<InfiniteFormerConfig> defaults() {
        return MemoryCase.of("defaults", InfiniteFormerConfig.defaults()).cuttingGradients(DETACHED);
    }

    @Override
    protected List<MemoryCase<InfiniteFormerConfig>> configs() {
        Map<String, ?> small = Map.of("basis", 8, "widths", "0.05,0.15", "samples", 6, "bins", 16);
        return List.of(
                MemoryCase.of(
                                "sticky-normalised",
                                config(small, Map.of("sticky", true, "written_rows", "normalised", "reset_tokens", 7)))
                        .cuttingGradients(DETACHED),
                MemoryCase.of(
                                "xl-sticky",
                                config(small, Map.of("backbone", "xl", "sticky", true, "short_term", 4, "transfer", 4)))
                        .withModel(Map.of("norm", "post", "positions", "none"))
                        .refusing(Form.ENCODER, Form.ENCODER_DECODER)
                        .cuttingGradients(DETACHED));
    }

    private static InfiniteFormerConfig config(Map<String, ?> small, Map<String, ?> more) {
        Map<String, Object> all = new LinkedHashMap<>(small);
        all.putAll(more);
        return Settings.bind("memory", InfiniteFormerConfig.class, all);
    }
}
