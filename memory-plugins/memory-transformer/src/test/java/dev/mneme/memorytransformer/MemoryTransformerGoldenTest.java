package dev.mneme.memorytransformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.Segment;
import dev.mneme.memorytransformer.TestModel.Run;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.TestEngine;
import dev.mneme.tck.golden.GoldenComparison;
import dev.mneme.tck.golden.GoldenFile;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and gradients of every stored vector, F64, on every engine. */
@Tag("golden")
final class MemoryTransformerGoldenTest {
    private static final double RELATIVE = 1e-8;

    static Stream<Arguments> enginesAndFiles() {
        List<GoldenFile> files = GoldenFile.ofMechanism("memory-transformer", MemoryTransformerGoldenTest.class);
        return TestEngine.all().stream().flatMap(engine -> files.stream().map(file -> Arguments.of(engine, file)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("enginesAndFiles")
    void valuesAndGradientsEqualTheStoredOnes(TestEngine engine, GoldenFile file) {
        TensorBackend backend = engine.backend();
        long before = backend.memory().liveTensors();
        GoldenComparison comparison = new GoldenComparison(file, RELATIVE);
        try (TensorScope scope = backend.scope()) {
            switch (file.caseName()) {
                case "mem-enc-contpos", "ctrl-enc", "ctrl-shared-enc", "bottleneck-enc" ->
                    encoder(backend, file, comparison);
                case "encdec" -> encoderDecoder(backend, file, comparison);
                case "lm" -> languageModel(backend, file, comparison);
                case "xt-encoder" -> xTransformers(backend, file, comparison, Form.ENCODER);
                case "xt-decoder" -> xTransformers(backend, file, comparison, Form.DECODER);
                default -> throw new AssertionError(file + ": unknown case " + file.caseName());
            }
        }
        comparison.assertComplete();
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    private static void encoder(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        GoldenWeights weights = GoldenWeights.ofEquations(file);
        try (TestModel model =
                TestModel.create(backend, memory(file), original(file, file.size("Le")), task(file, Form.ENCODER))) {
            weights.assignTo(model);
            Tensor valid = load(backend, file, "in.src_valid");
            Tensor real = valid.to(DType.F64).unsqueeze(-1);
            Run run = model.run(new Segment(load(backend, file, "in.src"), valid, null));
            comparison.check("out.mem", run.memory());
            comparison.check("out.seq", run.sequence().mul(real));
            for (int layer = 0; layer < file.size("Le"); layer++) {
                comparison.check("out.layer" + layer + ".mem", run.layerMemory().get(layer));
                comparison.check(
                        "out.layer" + layer + ".seq",
                        run.layerSequence().get(layer).mul(real));
            }
            Tensor scalar = weighted(file, "cot.mem", run.memory()).add(weighted(file, "cot.seq", run.sequence()));
            comparison.check("out.scalar", scalar);
            weights.compare(model.gradients(scalar), comparison);
        }
    }

    private static void encoderDecoder(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        GoldenWeights weights = GoldenWeights.ofEquations(file);
        try (TestModel model = TestModel.create(
                backend, memory(file), original(file, file.size("Le")), task(file, Form.ENCODER_DECODER))) {
            weights.assignTo(model);
            Tensor valid = load(backend, file, "in.src_valid");
            Segment segment = new Segment(load(backend, file, "in.src"), valid, load(backend, file, "in.tgt"));
            Run run = model.run(segment);
            Tensor real = valid.to(DType.F64).unsqueeze(-1);
            comparison.check("out.enc_mem", run.memory());
            comparison.check("out.enc_seq", run.sequence().mul(real));
            comparison.check("out.logits", run.logits());
            Tensor labels = load(backend, file, "in.labels");
            long targets = labels.shape().elements();
            Tensor loss = run.logits().reshape(targets, run.logits().size(-1)).crossEntropy(labels.reshape(targets), 0);
            comparison.check("out.loss", loss);
            Tensor scalar = weighted(file, "cot.logits", run.logits()).add(loss);
            comparison.check("out.scalar", scalar);
            weights.compare(model.gradients(scalar), comparison);
            comparison.check("out.dec", decoderRows(model, segment, file.size("d")));
        }
    }

    /** What enters the map to logits: that map replaced by one that keeps the first features. */
    private static Tensor decoderRows(TestModel model, Segment segment, int dim) {
        double[] identity = new double[model.value("controller.head.weight").toDoubles().length];
        for (int i = 0; i < dim; i++) {
            identity[i * dim + i] = 1;
        }
        model.assign("controller.head.weight", identity);
        model.assign("controller.head.bias", new double[identity.length / dim]);
        return model.run(segment).logits().slice(-1, 0, dim);
    }

    private static void languageModel(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        GoldenWeights weights = GoldenWeights.ofEquations(file);
        Map<String, double[]> total = new HashMap<>();
        Tensor scalar = backend.zeros(Shape.scalar(), DType.F64);
        for (String mask : List.of("strict", "block")) {
            Map<String, Object> settings = new LinkedHashMap<>(settings(file));
            settings.put("mask", mask);
            try (TestModel model = TestModel.create(
                    backend, TestModel.memory(settings), original(file, file.size("Ld")), task(file, Form.DECODER))) {
                weights.assignTo(model);
                Run run = model.run(new Segment(load(backend, file, "in.ids"), null, null));
                comparison.check("out.logits_" + mask, run.logits());
                comparison.check("out.mem_" + mask, run.memory());
                Tensor part = weighted(file, "cot.logits_" + mask, run.logits());
                scalar = scalar.add(part);
                model.gradients(part).forEach((path, values) -> total.merge(path, values, (a, b) -> sum(a, b)));
            }
        }
        comparison.check("out.scalar", scalar);
        weights.compare(total, comparison);
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = new double[a.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }

    private static void xTransformers(TensorBackend backend, GoldenFile file, GoldenComparison comparison, Form form) {
        GoldenWeights weights = GoldenWeights.ofXTransformers(file);
        int hidden = Math.toIntExact(
                file.shape("w.attn_layers.layers.1.1.net.0.0.weight").size(0));
        BackboneConfig backbone = TestModel.backbone(Map.of(
                "dim", file.size("d"),
                "heads", file.size("h"),
                "layers", file.size("L"),
                "feed_forward", hidden,
                "projection_bias", false));
        MemoryTransformerConfig memory = TestModel.memory(Map.of("slots", file.size("M")));
        int positions = Math.toIntExact(file.shape("w.pos_emb.emb.weight").size(0));
        try (TestModel model = TestModel.create(backend, memory, backbone, task(file, form, positions))) {
            weights.assignTo(model);
            Tensor valid = load(backend, file, "in.mask");
            Tensor real = valid.to(DType.F64).unsqueeze(-1);
            Run run = model.run(new Segment(load(backend, file, "in.ids"), valid, null));
            comparison.check("out.mem", run.memory());
            comparison.check("out.seq", run.sequence().mul(real));
            comparison.check("out.logits", run.logits().mul(real));
            Tensor scalar = weighted(file, "cot.mem", run.memory()).add(weighted(file, "cot.logits", run.logits()));
            comparison.check("out.scalar", scalar);
            weights.compare(model.gradients(scalar), comparison);
        }
    }

    private static MemoryTransformerConfig memory(GoldenFile file) {
        return TestModel.memory(settings(file));
    }

    private static Map<String, Object> settings(GoldenFile file) {
        Map<String, Object> settings =
                new LinkedHashMap<>(Map.of("slots", file.size("M"), "positions", file.metadata("positions")));
        if (!file.caseName().equals("lm")) {
            String kind = file.metadata("kind");
            settings.put(
                    "variant",
                    switch (kind) {
                        case "mem" -> "mem-transformer";
                        case "ctrl", "ctrl-shared" -> "mem-ctrl";
                        case "bottleneck" -> "mem-bottleneck";
                        default -> throw new AssertionError(file + ": unknown kind " + kind);
                    });
            settings.put("shared_writer", kind.equals("ctrl-shared"));
        }
        return settings;
    }

    /** The original transformer's post-norm blocks. */
    private static BackboneConfig original(GoldenFile file, int layers) {
        return TestModel.backbone(Map.of(
                "dim", file.size("d"),
                "heads", file.size("h"),
                "layers", layers,
                "decoder_layers", file.size("Ld"),
                "feed_forward", file.size("f"),
                "norm", file.metadata("norm"),
                "activation", file.metadata("activation").toLowerCase(Locale.ROOT),
                "positions", "sinusoidal",
                "scale_embeddings", true));
    }

    private static TaskInfo task(GoldenFile file, Form form) {
        return task(file, form, file.size("S"));
    }

    private static TaskInfo task(GoldenFile file, Form form, int maxLength) {
        int targets = form == Form.ENCODER_DECODER ? file.size("T") : 0;
        int vocabulary = file.size("V");
        return new TaskInfo(
                form, vocabulary, vocabulary, maxLength, targets, targets > 0 ? 0 : -1, -1, Double.NaN, Double.NaN);
    }

    private static Tensor load(TensorBackend backend, GoldenFile file, String name) {
        return file.load(name, backend, DType.F64);
    }

    private static Tensor weighted(GoldenFile file, String cotangent, Tensor output) {
        return load(output.backend(), file, cotangent).mul(output).sum();
    }
}
