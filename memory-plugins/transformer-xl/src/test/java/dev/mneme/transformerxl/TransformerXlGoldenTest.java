package dev.mneme.transformerxl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RelativeAttention;
import dev.mneme.nn.RelativePositions;
import dev.mneme.nn.RelativeTerms;
import dev.mneme.nn.RelativeTermsSource;
import dev.mneme.nn.SinusoidalTerms;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values, states and gradients of every stored vector, F64, on every engine. Stored tensors are time-major. */
@Tag("golden")
final class TransformerXlGoldenTest {
    private static final double RELATIVE = 1e-8;

    static Stream<Arguments> enginesAndFiles() {
        List<GoldenFile> files = GoldenFile.ofMechanism("transformer-xl", TransformerXlGoldenTest.class);
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
                case "attn" -> attention(backend, file, comparison);
                case "model", "model-prenorm", "model-eval" -> model(backend, file, comparison);
                default -> throw new AssertionError(file + ": unknown case " + file.caseName());
            }
        }
        comparison.assertComplete();
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    private static void model(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        int layers = file.size("layers");
        int length = file.size("M");
        Map<String, Object> memory = new LinkedHashMap<>(Map.of("length", length, "head_dim", file.size("d")));
        Map<String, Object> model = new LinkedHashMap<>(Map.of(
                "dim", file.size("e"), "heads", file.size("H"), "layers", layers, "feed_forward", file.size("ff")));
        model.put("norm", file.caseName().equals("model-prenorm") ? "pre" : "post");
        if (file.caseName().equals("model-eval")) {
            memory.put("same_length", true);
            memory.put("clamp_length", file.size("clamp_len"));
        }
        int vocabulary = file.size("V");
        TaskInfo task =
                new TaskInfo(Form.DECODER, vocabulary, vocabulary, file.size("L"), 0, -1, -1, Double.NaN, Double.NaN);
        try (TestModel xl = TestModel.create(backend, TestModel.memory(memory), TestModel.backbone(model), task)) {
            Map<String, String> places = places(layers);
            places.forEach((stored, path) -> xl.assign(path, file.doubles("param." + stored)));
            MemoryState state = xl.initialState(file.size("B"));
            Tensor scalar = backend.zeros(Shape.scalar(), DType.F64);
            Tensor lastBlock = backend.zeros(Shape.of(file.size("B"), 0, file.size("e")), DType.F64);
            for (int s = 0; s < file.size("S"); s++) {
                Segment segment = new Segment(batchMajor(load(backend, file, "in.tokens" + s)), null, null);
                StepResult result = xl.mechanism().controller().step(segment, state, Pass.evaluation());
                state = result.next();
                Tensor targets = batchMajor(load(backend, file, "in.targets" + s));
                Tensor nll = result.logits()
                        .logSoftmax(-1)
                        .gather(2, targets.unsqueeze(-1))
                        .squeeze(-1)
                        .neg();
                comparison.check("out.nll" + s, timeMajor(nll));
                scalar = scalar.add(
                        timeMajor(nll).mul(load(backend, file, "cot.nll" + s)).sum());
                Tensor hidden = xl.trace().output();
                comparison.check("out.hidden" + s, timeMajor(hidden));
                int kept = Math.toIntExact(file.shape("state.mem" + s + ".0").size(0));
                assertThat(state.get(TransformerXlMemory.COUNT).toLongs()).containsOnly(kept);
                for (int layer = 0; layer < layers; layer++) {
                    Tensor rows = state.get(TransformerXlMemory.rows(layer));
                    comparison.check("state.mem" + s + "." + layer, timeMajor(rows.slice(1, length - kept, length)));
                }
                // Nothing reads the last block's rows: we do not carry them.
                Tensor all = backend.concat(List.of(lastBlock, hidden.detach()), 1);
                lastBlock = all.slice(1, Math.max(0, all.size(1) - length), all.size(1));
                comparison.check("state.mem" + s + "." + layers, timeMajor(lastBlock));
            }
            Map<String, double[]> gradients = xl.gradients(scalar);
            places.forEach((stored, path) -> comparison.check("grad.param." + stored, gradients.get(path)));
            assertThat(places.values()).containsExactlyInAnyOrderElementsOf(gradients.keySet());
        }
    }

    private static Map<String, String> places(int layers) {
        Map<String, String> places = new LinkedHashMap<>();
        places.put("r_w_bias", "controller.layers.relative.content_bias");
        places.put("r_r_bias", "controller.layers.relative.position_bias");
        places.put("word_emb.emb_layers.0.weight", "controller.tokens.weight");
        places.put("crit.out_layers.0.bias", "controller.head_bias");
        for (int layer = 0; layer < layers; layer++) {
            String stored = "layers." + layer;
            String block = "controller.layers." + layer;
            places.put(stored + ".dec_attn.qkv_net.weight", block + ".attention.project.weight");
            places.put(stored + ".dec_attn.o_net.weight", block + ".attention.output.weight");
            places.put(
                    stored + ".dec_attn.r_net.weight",
                    "controller.layers.relative.layers." + layer + ".position.weight");
            places.put(stored + ".dec_attn.layer_norm.weight", block + ".attention_norm.gain");
            places.put(stored + ".dec_attn.layer_norm.bias", block + ".attention_norm.bias");
            places.put(stored + ".pos_ff.CoreNet.0.weight", block + ".feed_forward.expand.weight");
            places.put(stored + ".pos_ff.CoreNet.0.bias", block + ".feed_forward.expand.bias");
            places.put(stored + ".pos_ff.CoreNet.3.weight", block + ".feed_forward.contract.weight");
            places.put(stored + ".pos_ff.CoreNet.3.bias", block + ".feed_forward.contract.bias");
            places.put(stored + ".pos_ff.layer_norm.weight", block + ".feed_forward_norm.gain");
            places.put(stored + ".pos_ff.layer_norm.bias", block + ".feed_forward_norm.bias");
        }
        return places;
    }

    /** One attention sublayer with residual and norm, and a memory that is differentiated. */
    private static void attention(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        int dim = file.size("e");
        int heads = file.size("H");
        int headDim = file.size("d");
        ModuleContext context = new ModuleContext(backend, DType.F64, 1);
        try (RelativeAttention attention = new RelativeAttention(context, dim, heads, headDim, false, false, 0);
                RelativeTermsSource source = new SinusoidalTerms(context, 1, dim, heads, headDim, true, 0, 0)) {
            Map<String, Tensor> leaves = new LinkedHashMap<>();
            leaves.put("grad.param.qkv_net.weight", set(file, "qkv_net.weight", attention, "project.weight"));
            leaves.put("grad.param.o_net.weight", set(file, "o_net.weight", attention, "output.weight"));
            leaves.put("grad.param.r_net.weight", set(file, "r_net.weight", source, "layers.0.position.weight"));
            leaves.put("grad.param.u", set(file, "u", source, "content_bias"));
            leaves.put("grad.param.v", set(file, "v", source, "position_bias"));
            Tensor gain = leaf(backend, file, "param.layer_norm.weight", "grad.param.layer_norm.weight", leaves);
            Tensor bias = leaf(backend, file, "param.layer_norm.bias", "grad.param.layer_norm.bias", leaves);
            Tensor x = leaf(backend, file, "in.x", "grad.in.x", leaves);
            Tensor memory = leaf(backend, file, "in.mem", "grad.in.mem", leaves);
            int length = file.size("L");
            int keys = length + file.size("M");
            RelativeTerms terms = source.of(keys + 1, null, Pass.evaluation()).get(0);
            RelativeAttention.Projected own = attention.project(batchMajor(x));
            KeyValues all = own.keyValues().after(attention.keyValues(batchMajor(memory)));
            Tensor allowed = backend.arange(0, keys)
                    .le(backend.arange(keys - length, keys).unsqueeze(1));
            Tensor attended = attention.attend(own.queries(), all, terms, allowed, Pass.evaluation());
            Tensor y = timeMajor(batchMajor(x).add(attended).layerNorm(gain, bias, 1e-5));
            comparison.check("out.y", y);
            Tensor scalar = y.mul(load(backend, file, "cot.y")).sum();
            List<Tensor> gradients = backend.gradients(
                    List.of(scalar), new ArrayList<>(leaves.values()), Collections.singletonList(null));
            Map<String, Tensor> byName = new HashMap<>();
            leaves.keySet().forEach(name -> byName.put(name, gradients.get(byName.size())));
            byName.forEach(comparison::check);
            comparison.check("const.R", RelativePositions.table(backend, DType.F64, keys - 1, dim));
            checkShift(backend, file, comparison);
        }
    }

    private static void checkShift(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        Tensor before = load(backend, file, "mid.BD_before_shift").permute(2, 3, 0, 1);
        Tensor column = backend.zeros(before.shape().with(-1, 1), DType.F64);
        Tensor shifted = RelativePositions.shift(backend.concat(List.of(column, before), -1));
        comparison.check("mid.BD_after_shift", shifted.permute(2, 3, 0, 1));
    }

    private static Tensor set(GoldenFile file, String stored, Module module, String path) {
        Parameter parameter = module.parameters().get(path);
        parameter.value().assign(load(parameter.value().backend(), file, "param." + stored));
        return parameter.value();
    }

    private static Tensor leaf(
            TensorBackend backend, GoldenFile file, String stored, String gradient, Map<String, Tensor> leaves) {
        Tensor leaf = load(backend, file, stored).variable();
        leaves.put(gradient, leaf);
        return leaf;
    }

    private static Tensor load(TensorBackend backend, GoldenFile file, String name) {
        return file.load(name, backend, DType.F64);
    }

    private static Tensor batchMajor(Tensor timeMajor) {
        return timeMajor.transpose(0, 1);
    }

    private static Tensor timeMajor(Tensor batchMajor) {
        return batchMajor.transpose(0, 1);
    }
}
