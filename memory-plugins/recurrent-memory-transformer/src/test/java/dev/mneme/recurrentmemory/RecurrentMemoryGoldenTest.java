package dev.mneme.recurrentmemory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.recurrentmemory.TestModel.Step;
import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import dev.mneme.tck.golden.GoldenComparison;
import dev.mneme.tck.golden.GoldenFile;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and gradients of every stored vector, F64, on every engine. */
@Tag("golden")
final class RecurrentMemoryGoldenTest {
    private static final double RELATIVE = 1e-8;

    static Stream<Arguments> enginesAndFiles() {
        List<GoldenFile> files =
                GoldenFile.ofMechanism("recurrent-memory-transformer", RecurrentMemoryGoldenTest.class);
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
                case "txl", "txl-cache", "txl-cache-read", "txl-front", "txl-prenorm" -> xl(backend, file, comparison);
                case "hf-decoder", "hf-decoder-k2" -> decoder(backend, file, comparison);
                case "hf-encoder" -> new EncoderCase(backend, file).run(comparison);
                default -> throw new AssertionError(file + ": unknown case " + file.caseName());
            }
        }
        comparison.assertComplete();
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    private static void xl(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        int length = file.size("L");
        int slots = file.size("M");
        RecurrentMemoryConfig memory = TestModel.memory(Map.of(
                "backbone", "xl",
                "slots", slots,
                "mem_at_end", isTrue(file, "end"),
                "cache", file.size("cache"),
                "read_memory_from_cache", isTrue(file, "read"),
                "head_dim", file.size("e")));
        BackboneConfig backbone = TestModel.backbone(Map.of(
                "dim",
                file.size("d"),
                "heads",
                file.size("h"),
                "layers",
                file.size("layers"),
                "feed_forward",
                file.size("f"),
                "norm",
                isTrue(file, "pre") ? "pre" : "post",
                "activation",
                "relu",
                "positions",
                "none",
                "scale_embeddings",
                true));
        int vocabulary = file.size("V");
        GoldenWeights weights = GoldenWeights.ofXl(file);
        try (TestModel model = TestModel.create(
                backend,
                memory,
                backbone,
                TestModel.task(Form.DECODER, vocabulary, vocabulary, length, 0),
                reader -> reader)) {
            weights.assignTo(model);
            Tensor ids = load(backend, file, "in.ids");
            Tensor targets = load(backend, file, "in.targets");
            Tensor lossCotangents = load(backend, file, "cot.loss");
            Tensor memoryCotangents = load(backend, file, "cot.memory");
            MemoryState state = model.initialState(ids.size(0));
            Tensor scalar = backend.zeros(Shape.scalar(), DType.F64);
            for (int i = 0; i < file.size("nseg"); i++) {
                long from = (long) i * length;
                Step step = model.step(new Segment(ids.slice(1, from, from + length), null, null), state);
                Tensor loss = step.logits()
                        .logSoftmax(-1)
                        .gather(2, targets.slice(1, from, from + length).unsqueeze(-1))
                        .squeeze(-1)
                        .neg();
                String name = "out.seg" + i;
                comparison.check(name + ".loss", loss);
                comparison.check(name + ".hidden", step.trace().output());
                comparison.check(name + ".memory", step.memory());
                compareCaches(file, comparison, name, step.next());
                scalar = scalar.add(loss.mul(lossCotangents.slice(1, from, from + length))
                                .sum())
                        .add(step.memory().mul(memoryCotangents.select(0, i)).sum());
                state = step.next();
            }
            comparison.check("out.scalar", scalar);
            weights.compare(model.gradients(scalar), comparison);
        }
    }

    /** Stored caches hold what is filled so far: the last rows of ours. */
    private static void compareCaches(GoldenFile file, GoldenComparison comparison, String name, MemoryState state) {
        for (int layer = 0; file.names().contains(name + ".cache" + layer); layer++) {
            String stored = name + ".cache" + layer;
            Tensor ours = state.get(StateCache.name(layer));
            comparison.check(
                    stored, ours.slice(1, ours.size(1) - file.shape(stored).size(1), ours.size(1)));
        }
    }

    private static void decoder(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        GoldenWeights weights = GoldenWeights.ofDecoder(file);
        int vocabulary = file.size("V");
        int slots = file.size("M");
        int maxLength = file.size("P") - 2 * slots;
        try (TestModel model = TestModel.create(
                backend,
                TestModel.memory(Map.of("slots", slots)),
                standIn(file, false),
                TestModel.task(Form.DECODER, vocabulary, vocabulary, maxLength, 0),
                reader -> reader)) {
            weights.assignTo(model);
            Tensor ids = load(backend, file, "in.ids");
            long length = ids.size(1);
            long segment = file.size("seg");
            MemoryState state = model.initialState(ids.size(0));
            Tensor scalar = backend.zeros(Shape.scalar(), DType.F64);
            List<Tensor> all = new ArrayList<>();
            for (int i = 0; i * segment < length; i++) {
                long end = Math.min(length, (i + 1) * segment);
                Step step = model.step(new Segment(ids.slice(1, i * segment, end), null, null), state);
                all.add(step.logits());
                comparison.check("out.seg" + i + ".memory", step.memory());
                if (file.names().contains("cot.seg" + i + ".memory")) {
                    scalar = scalar.add(weighted(file, "cot.seg" + i + ".memory", step.memory()));
                }
                state = isCut(file, i) ? step.next().detach() : step.next();
            }
            Tensor logits = backend.concat(all, 1);
            comparison.check("out.logits", logits);
            long predictions = ids.size(0) * (length - 1);
            Tensor loss = logits.slice(1, 0, length - 1)
                    .reshape(predictions, vocabulary)
                    .crossEntropy(ids.slice(1, 1, length).reshape(predictions), 0);
            comparison.check("out.loss", loss);
            scalar = scalar.add(loss).add(weighted(file, "cot.logits", logits));
            comparison.check("out.scalar", scalar);
            weights.compare(model.gradients(scalar), comparison);
        }
    }

    /** Whether gradients stop at the memory that leaves this segment. */
    private static boolean isCut(GoldenFile file, int segment) {
        return file.caseName().equals("hf-decoder-k2") && segment >= 1 && segment + file.size("k2") <= file.size("S");
    }

    /** The backbone that the authors' wrapper was run around. */
    static BackboneConfig standIn(GoldenFile file, boolean headBias) {
        return TestModel.backbone(Map.of(
                "dim",
                file.size("d"),
                "heads",
                file.size("h"),
                "layers",
                file.size("L"),
                "feed_forward",
                file.size("f"),
                "activation",
                "gelu-tanh",
                "projection_bias",
                true,
                "output_bias",
                true,
                "head_bias",
                headBias));
    }

    private static boolean isTrue(GoldenFile file, String key) {
        return file.metadata(key).equals("True");
    }

    private static Tensor load(TensorBackend backend, GoldenFile file, String name) {
        return file.load(name, backend, DType.F64);
    }

    private static Tensor weighted(GoldenFile file, String cotangent, Tensor output) {
        return load(output.backend(), file, cotangent).mul(output).sum();
    }
}
