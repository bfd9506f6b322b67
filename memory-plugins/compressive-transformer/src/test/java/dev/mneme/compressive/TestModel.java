package dev.mneme.compressive;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.backbone.RelativeBlock;
import dev.mneme.backbone.RelativeController;
import dev.mneme.config.Settings;
import dev.mneme.memory.MechanismContext;
import dev.mneme.nn.ModuleContext;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.memory.MechanismProbe;
import dev.mneme.tck.memory.RecordingWriter;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The mechanism in F64. */
final class TestModel extends MechanismProbe {
    static final int VOCABULARY = 16;

    private TestModel(CompressiveTransformerConfig config, MechanismContext context) {
        super(new CompressiveTransformerProvider(), config, context);
    }

    static TaskInfo task(int longest) {
        return new TaskInfo(Form.DECODER, VOCABULARY, VOCABULARY, longest, 0, -1, -1, Double.NaN, Double.NaN);
    }

    /** Two narrow post-norm blocks with these settings on top. */
    static BackboneConfig backbone(Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of(
                "dim", 8, "heads", 2, "feed_forward", 12, "norm", "post", "activation", "relu", "head_bias", true));
        all.putAll(Map.of("scale_embeddings", true, "embedding_std", 0.4));
        all.putAll(settings);
        return Settings.bind("model", BackboneConfig.class, all);
    }

    static CompressiveTransformerConfig memory(Map<String, ?> settings) {
        return Settings.bind("memory", CompressiveTransformerConfig.class, settings);
    }

    /** Segments of up to 12 tokens. */
    static TestModel create(TensorBackend backend, Map<String, ?> memory, Map<String, ?> model) {
        return create(backend, memory(memory), backbone(model), task(12));
    }

    static TestModel create(
            TensorBackend backend, CompressiveTransformerConfig config, BackboneConfig backbone, TaskInfo task) {
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F64, 5), backbone, task);
        TestModel model = new TestModel(config, context);
        spreadOut(model.parameters(), 0.4, TestModel::isSpread);
        return model;
    }

    /** Besides biases and gains u and v, which start near 0. */
    private static boolean isSpread(String path) {
        return path.endsWith("bias") || path.endsWith("gain") || path.contains("relative");
    }

    /** Losses of the last segment that was run in training, one a layer. */
    List<Tensor> layerLosses() {
        List<Tensor> losses = new ArrayList<>();
        RecordingWriter last = recorder();
        ((CompressiveWriter) last.actual()).write(last.trace(), last.state(), last.pass(), losses);
        return losses;
    }

    List<RelativeBlock> blocks() {
        return ((RelativeController) mechanism().controller()).blocks();
    }
}
