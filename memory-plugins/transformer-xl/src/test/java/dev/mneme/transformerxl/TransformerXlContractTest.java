package dev.mneme.transformerxl;

import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.Form;
import dev.mneme.tck.memory.MemoryCase;
import dev.mneme.tck.memory.MemoryContract;
import java.util.List;
import java.util.Map;

final class TransformerXlContractTest extends MemoryContract<TransformerXlConfig> {
    private static final String CUT = "cached rows carry no gradient to the segment that made them";

    @Override
    protected MemoryProvider<TransformerXlConfig> provider() {
        return new TransformerXlProvider();
    }

    @Override
    protected MemoryCase<TransformerXlConfig> defaults() {
        return tried("defaults, short memory", Map.of("length", 6));
    }

    @Override
    protected List<MemoryCase<TransformerXlConfig>> configs() {
        return List.of(
                tried("no memory", Map.of("length", 0)),
                tried(
                                "as the paper evaluates",
                                Map.of("length", 4, "eval_length", 7, "same_length", true, "clamp_length", 5))
                        .withModel(Map.of("norm", "post", "activation", "relu", "scale_embeddings", true)),
                tried(
                                "learned distances, heads of their own width",
                                Map.of(
                                        "length",
                                        4,
                                        "positions",
                                        "learned",
                                        "head_dim",
                                        3,
                                        "tied_output",
                                        false,
                                        "attention_dropout",
                                        0.2))
                        .withModel(Map.of("projection_bias", true, "output_bias", true, "embedding_norm", true)),
                tried("biases a layer", Map.of("length", 3, "shared_biases", false)));
    }

    private static MemoryCase<TransformerXlConfig> tried(String name, Map<String, ?> settings) {
        return MemoryCase.of(name, TestModel.memory(settings))
                .refusing(Form.ENCODER, Form.ENCODER_DECODER)
                .cuttingGradients(CUT);
    }
}
