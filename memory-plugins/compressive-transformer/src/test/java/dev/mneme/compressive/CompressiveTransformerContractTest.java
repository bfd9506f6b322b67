package dev.mneme.compressive;

import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.Form;
import dev.mneme.tck.memory.MemoryCase;
import dev.mneme.tck.memory.MemoryContract;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

final class CompressiveTransformerContractTest extends MemoryContract<CompressiveTransformerConfig> {
    private static final String CUT = "remembered rows carry no gradient to the segment that made them";

    @Override
    protected MemoryProvider<CompressiveTransformerConfig> provider() {
        return new CompressiveTransformerProvider();
    }

    @Override
    protected MemoryCase<CompressiveTransformerConfig> defaults() {
        return small("defaults, shorter", Map.of());
    }

    @Override
    protected List<MemoryCase<CompressiveTransformerConfig>> configs() {
        return List.of(
                tried("no memory", Map.of("length", 0, "compressed_length", 0)),
                tried("nothing compressed", Map.of("length", 4, "compressed_length", 0)),
                small("mean, full of zeros", Map.of("compression", "mean", "start", "zeros"))
                        .withModel(Map.of("norm", "post", "activation", "relu", "scale_embeddings", true)),
                small("max", Map.of("compression", "max", "eval_length", 7, "eval_compressed_length", 5)),
                small("most used", Map.of("compression", "most-used")),
                small(
                        "auto-encoding of dilated taps",
                        Map.of("compression", "dilated-conv", "objective", "auto-encoding")),
                small("through time", Map.of("objective", "task")),
                small(
                        "as lucidrains has it",
                        Map.of(
                                "kept",
                                "normalised",
                                "enhanced_recurrence",
                                true,
                                "positions",
                                "learned",
                                "tied_output",
                                false,
                                "head_dim",
                                3)));
    }

    private static MemoryCase<CompressiveTransformerConfig> small(String name, Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of("length", 4, "compressed_length", 3, "rate", 2));
        all.putAll(settings);
        return tried(name, all);
    }

    private static MemoryCase<CompressiveTransformerConfig> tried(String name, Map<String, ?> settings) {
        return MemoryCase.of(name, TestModel.memory(settings))
                .refusing(Form.ENCODER, Form.ENCODER_DECODER)
                .cuttingGradients(CUT);
    }
}
