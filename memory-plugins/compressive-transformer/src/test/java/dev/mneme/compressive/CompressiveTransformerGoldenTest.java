package dev.mneme.compressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.TestEngine;
import dev.mneme.tck.golden.GoldenComparison;
import dev.mneme.tck.golden.GoldenFile;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values, states, losses and gradients of every stored vector, F64, on every engine. */
@Tag("golden")
final class CompressiveTransformerGoldenTest {
    private static final double RELATIVE = 1e-8;

    static Stream<Arguments> enginesAndFiles() {
        List<GoldenFile> files =
                GoldenFile.ofMechanism("compressive-transformer", CompressiveTransformerGoldenTest.class);
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
                case "compress" -> new GoldenFunctions(backend, file, comparison).check();
                case "model", "model-zeros" -> model(backend, file, comparison);
                case "lucid", "lucid-enhanced" -> lucid(backend, file, comparison);
                default -> throw new AssertionError(file + ": unknown case " + file.caseName());
            }
        }
        comparison.assertComplete();
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    private static TestModel create(
            TensorBackend backend, GoldenFile file, Map<String, ?> memory, Map<String, ?> model) {
        Map<String, Object> memorySettings = new LinkedHashMap<>(memory);
        memorySettings.putAll(
                Map.of("length", file.size("n_m"), "compressed_length", file.size("n_cm"), "rate", file.size("c")));
        Map<String, Object> modelSettings = new LinkedHashMap<>(model);
        modelSettings.putAll(Map.of(
                "dim", file.size("e"), "heads", file.size("H"), "layers", file.size("layers"), "head_bias", true));
        int vocabulary = file.size("V");
        TaskInfo task =
                new TaskInfo(Form.DECODER, vocabulary, vocabulary, file.size("n_s"), 0, -1, -1, Double.NaN, Double.NaN);
        return TestModel.create(backend, TestModel.memory(memorySettings), TestModel.backbone(modelSettings), task);
    }

    private static StepResult step(TestModel model, GoldenFile file, int s, MemoryState state) {
        Tensor tokens = file.load("in.tokens" + s, model.backend(), DType.F64);
        // Without dropout training differs from evaluation in the losses alone.
        return model.mechanism()
                .controller()
                .step(new Segment(tokens, null, null), state, Pass.training(new RandomSource(s)));
    }

    private static void model(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        int layers = file.size("layers");
        String start = file.metadata("mem_init");
        try (TestModel model = create(
                backend,
                file,
                Map.of("start", start, "head_dim", file.size("d")),
                Map.of("feed_forward", file.size("ff")))) {
            Map<String, String> places = places(layers);
            places.forEach((stored, path) -> model.assign(path, file.doubles("param." + stored)));
            MemoryState state = model.initialState(file.size("B"));
            Tensor task = backend.zeros(Shape.scalar(), DType.F64);
            Tensor auxiliary = backend.zeros(Shape.scalar(), DType.F64);
            for (int s = 0; s < file.size("S"); s++) {
                StepResult result = step(model, file, s, state);
                state = result.next();
                Tensor targets = file.load("in.targets" + s, backend, DType.F64);
                Tensor nll = result.logits()
                        .logSoftmax(-1)
                        .gather(2, targets.unsqueeze(-1))
                        .squeeze(-1)
                        .neg();
                comparison.check("out.nll" + s, nll);
                comparison.check("out.hidden" + s, model.trace().output());
                task = task.add(
                        nll.mul(file.load("cot.nll" + s, backend, DType.F64)).sum());
                Tensor loss = result.losses().get(CompressiveWriter.LOSS);
                auxiliary = auxiliary.add(loss);
                checkLosses(model, file, s, comparison);
                assertThat(loss.item())
                        .isCloseTo(
                                model.layerLosses().stream()
                                        .mapToDouble(Tensor::item)
                                        .sum(),
                                within(1e-12));
                for (int layer = 0; layer < layers; layer++) {
                    checkState(file, comparison, state, s, layer);
                }
            }
            Map<String, double[]> ofTask = model.gradients(task);
            Map<String, double[]> ofLosses = model.gradients(auxiliary);
            places.forEach((stored, path) -> {
                boolean compressor = stored.contains("compress");
                String name = (compressor ? "grad_aux.param." : "grad_task.param.") + stored;
                comparison.check(name, (compressor ? ofLosses : ofTask).get(path));
                assertThat((compressor ? ofTask : ofLosses).get(path)).containsOnly(0);
            });
            assertThat(places.values()).containsExactlyInAnyOrderElementsOf(ofTask.keySet());
        }
    }

    /** The losses of the layers are summed in a step: each is computed alone for comparison. */
    private static void checkLosses(TestModel model, GoldenFile file, int s, GoldenComparison comparison) {
        List<Tensor> losses = model.layerLosses();
        for (int layer = 0; layer < losses.size(); layer++) {
            String name = "out.aux" + s + "." + layer;
            if (file.names().contains(name)) {
                comparison.check(name, losses.get(layer));
            } else {
                assertThat(losses.get(layer).item()).isZero();
            }
        }
    }

    private static void checkState(GoldenFile file, GoldenComparison comparison, MemoryState state, int s, int layer) {
        String memory = "state.m" + s + "." + layer;
        int kept = Math.toIntExact(file.shape(memory).size(1));
        assertThat(state.get(CompressiveMemory.COUNT).toLongs()).containsOnly(kept);
        comparison.check(memory, newest(state.get(CompressiveMemory.rows(layer)), kept));
        String compressed = "state.cm" + s + "." + layer;
        int count = file.names().contains(compressed)
                ? Math.toIntExact(file.shape(compressed).size(1))
                : 0;
        assertThat(state.get(CompressiveMemory.COMPRESSED_COUNT).toLongs()).containsOnly(count);
        if (count > 0) {
            comparison.check(compressed, newest(state.get(CompressiveMemory.compressed(layer)), count));
        }
    }

    private static Tensor newest(Tensor rows, int count) {
        return rows.slice(1, rows.size(1) - count, rows.size(1));
    }

    private static Map<String, String> places(int layers) {
        Map<String, String> places = new LinkedHashMap<>();
        places.put("emb", "controller.tokens.weight");
        places.put("u", "controller.layers.relative.content_bias");
        places.put("v", "controller.layers.relative.position_bias");
        places.put("out_b", "controller.head_bias");
        for (int layer = 0; layer < layers; layer++) {
            String block = "controller.layers." + layer;
            places.put(layer + ".attn.qkv_net.weight", block + ".attention.project.weight");
            places.put(layer + ".attn.r_net.weight", "controller.layers.relative.layers." + layer + ".position.weight");
            places.put(layer + ".attn.o_net.weight", block + ".attention.output.weight");
            places.put(layer + ".attn.layer_norm.weight", block + ".attention_norm.gain");
            places.put(layer + ".attn.layer_norm.bias", block + ".attention_norm.bias");
            places.put(layer + ".ff.layer_norm.weight", block + ".feed_forward_norm.gain");
            places.put(layer + ".ff.layer_norm.bias", block + ".feed_forward_norm.bias");
            places.put(layer + ".ff.CoreNet.0.weight", block + ".feed_forward.expand.weight");
            places.put(layer + ".ff.CoreNet.0.bias", block + ".feed_forward.expand.bias");
            places.put(layer + ".ff.CoreNet.3.weight", block + ".feed_forward.contract.weight");
            places.put(layer + ".ff.CoreNet.3.bias", block + ".feed_forward.contract.bias");
            places.put(layer + ".compress.W", "writer.layers." + layer + ".compress.weight");
            places.put(layer + ".compress.b", "writer.layers." + layer + ".compress.bias");
        }
        return places;
    }

    private static void lucid(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        int layers = file.size("layers");
        Map<String, Object> memory = new LinkedHashMap<>(Map.of(
                "positions",
                "learned",
                "kept",
                "normalised",
                "tied_output",
                false,
                "enhanced_recurrence",
                Boolean.parseBoolean(file.metadata("enhanced")),
                "objective_weight",
                1.0 / layers));
        memory.put("head_dim", file.shape("param.pos_emb").size(2));
        Map<String, Object> backbone = Map.of(
                "norm",
                "pre",
                "activation",
                "gelu",
                "scale_embeddings",
                false,
                "output_bias",
                true,
                "feed_forward",
                file.shape("param.ff_layers.0.fn.fn.w1.weight").size(0));
        try (TestModel model = create(backend, file, memory, backbone)) {
            LucidWeights weights = new LucidWeights(file, layers);
            weights.assignTo(model);
            MemoryState state = model.initialState(file.size("B"));
            Tensor scalar = backend.zeros(Shape.scalar(), DType.F64);
            for (int s = 0; s < file.size("S"); s++) {
                StepResult result = step(model, file, s, state);
                state = result.next();
                Tensor loss = result.losses().get(CompressiveWriter.LOSS);
                comparison.check("out.logits" + s, result.logits());
                comparison.check("out.aux" + s, loss);
                scalar = scalar.add(loss)
                        .add(result.logits()
                                .mul(file.load("cot.logits" + s, backend, DType.F64))
                                .sum());
                checkStacked(file, comparison, state, "state.mem" + s, layers);
                if (file.names().contains("state.cmem" + s)) {
                    checkStacked(file, comparison, state, "state.cmem" + s, layers);
                }
            }
            weights.compare(model.gradients(scalar), comparison);
        }
    }

    private static void checkStacked(
            GoldenFile file, GoldenComparison comparison, MemoryState state, String name, int layers) {
        int count = Math.toIntExact(file.shape(name).size(2));
        boolean compressed = name.contains("cmem");
        List<Tensor> rows = Stream.iterate(0, layer -> layer < layers, layer -> layer + 1)
                .map(layer -> compressed ? CompressiveMemory.compressed(layer) : CompressiveMemory.rows(layer))
                .map(entry -> newest(state.get(entry), count))
                .toList();
        comparison.check(name, rows.get(0).backend().stack(rows, 0));
    }
}
