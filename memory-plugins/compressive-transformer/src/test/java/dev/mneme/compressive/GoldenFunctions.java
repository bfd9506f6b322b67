package dev.mneme.compressive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.RelativeBlock;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.RowQueue;
import dev.mneme.tck.golden.GoldenComparison;
import dev.mneme.tck.golden.GoldenFile;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The compression functions and the two losses of a stored vector, all rows leaving at once. */
final class GoldenFunctions {
    private final TensorBackend backend;
    private final GoldenFile file;
    private final GoldenComparison comparison;

    GoldenFunctions(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        this.backend = backend;
        this.file = file;
        this.comparison = comparison;
    }

    void check() {
        int dim = file.size("e");
        int rate = file.size("c");
        ModuleContext context = new ModuleContext(backend, DType.F64, 1);
        Map<String, ?> model = Map.of("dim", dim, "heads", file.size("H"), "layers", 1);
        Map<String, ?> memory = Map.of("head_dim", file.size("d"));
        try (Convolution convolution = new Convolution(context, dim, rate, 1);
                Convolution dilated = new Convolution(context, dim, rate, file.size("dil"));
                Decoder decoder = new Decoder(context, dim, rate);
                Pooling largest = new Pooling(context, rate, true);
                Pooling mean = new Pooling(context, rate, false);
                TestModel whole = TestModel.create(
                        backend, TestModel.memory(memory), TestModel.backbone(model), TestModel.task(4))) {
            set(convolution, "conv");
            set(dilated, "dil");
            set(decoder, "dec");
            functions(convolution, dilated, largest, mean);
            whole.assign("controller.layers.0.attention.project.weight", projections());
            losses(whole.blocks().get(0), convolution, decoder);
        }
    }

    private void functions(Convolution convolution, Convolution dilated, Pooling largest, Pooling mean) {
        Tensor old = load("in.old").variable();
        long count = old.size(1);
        int most = Math.toIntExact(count / file.size("c"));
        Overflow all = everything(old.size(0), count, most);
        Tensor kept = MostUsed.kept(load("in.usage"), all.leaving(), all.blocks(), most);
        long[] stored = file.load("out.most_used_index", backend, DType.F64).toLongs();
        assertThat(kept.toLongs()).isEqualTo(stored);
        comparison.check("out.most_used_index", kept);
        Map<String, Tensor> results = new LinkedHashMap<>();
        results.put("max", largest.compress(old));
        results.put("mean", mean.compress(old));
        results.put("conv", convolution.compress(old));
        results.put("dilated", dilated.compress(old));
        results.put("most_used", RowQueue.pick(old, kept));
        Tensor scalar = backend.zeros(Shape.scalar(), DType.F64);
        for (Map.Entry<String, Tensor> result : results.entrySet()) {
            comparison.check("out." + result.getKey(), result.getValue());
            scalar = scalar.add(
                    result.getValue().mul(load("cot." + result.getKey())).sum());
        }
        gradients(
                "grad_functions.",
                scalar,
                Map.of(
                        "in.old", old,
                        "param.conv_W", weight(convolution),
                        "param.conv_b", bias(convolution),
                        "param.dil_W", weight(dilated),
                        "param.dil_b", bias(dilated)));
    }

    private void losses(RelativeBlock block, Convolution convolution, Decoder decoder) {
        Tensor old = load("in.old");
        Tensor hidden = load("in.h");
        Tensor compressed = convolution.compress(old);
        Overflow all = everything(old.size(0), old.size(1), Math.toIntExact(compressed.size(1)));
        comparison.check("out.attn_old", block.attention().frozenContent(hidden, old, Attention.FULL));
        comparison.check("out.attn_compressed", block.attention().frozenContent(hidden, compressed, Attention.FULL));
        Tensor reconstruction =
                new CompressionObjective(block, false).attentionReconstruction(hidden, null, old, compressed, all);
        comparison.check("out.loss_attention_reconstruction", reconstruction);
        gradients(
                "grad_recon.",
                reconstruction,
                Map.of("param.conv_W", weight(convolution), "param.conv_b", bias(convolution)));
        Tensor autoEncoding = CompressionObjective.autoEncoding(old, decoder.decode(convolution.compress(old)), all);
        comparison.check("out.loss_auto_encoding", autoEncoding);
        gradients(
                "grad_ae.",
                autoEncoding,
                Map.of(
                        "param.conv_W", weight(convolution),
                        "param.conv_b", bias(convolution),
                        "param.dec_W", weight(decoder),
                        "param.dec_b", bias(decoder)));
    }

    private Overflow everything(long batch, long count, int most) {
        long[] index = new long[Math.toIntExact(batch * count)];
        for (int i = 0; i < index.length; i++) {
            index[i] = i % count;
        }
        long[] blocks = new long[Math.toIntExact(batch)];
        Arrays.fill(blocks, most);
        return new Overflow(
                backend.tensor(index, Shape.of(batch, count)),
                backend.full(Shape.of(batch, count), 1, DType.BOOL),
                backend.tensor(blocks, Shape.of(batch)),
                null,
                backend.zeros(Shape.of(batch), DType.I64));
    }

    private void gradients(String prefix, Tensor scalar, Map<String, Tensor> leaves) {
        List<String> names = List.copyOf(leaves.keySet());
        List<Tensor> inputs = new ArrayList<>();
        names.forEach(name -> inputs.add(leaves.get(name)));
        List<Tensor> gradients = backend.gradients(List.of(scalar), inputs, Collections.singletonList(null));
        for (int i = 0; i < names.size(); i++) {
            comparison.check(prefix + names.get(i), gradients.get(i));
        }
    }

    private double[] projections() {
        return backend.concat(List.of(load("param.Wq"), load("param.Wk"), load("param.Wv")), 0)
                .toDoubles();
    }

    private void set(Module module, String stored) {
        weight(module).assign(load("param." + stored + "_W"));
        bias(module).assign(load("param." + stored + "_b"));
    }

    private static Tensor weight(Module module) {
        return module.parameters().get("weight").value();
    }

    private static Tensor bias(Module module) {
        return module.parameters().get("bias").value();
    }

    private Tensor load(String name) {
        return file.load(name, backend, DType.F64);
    }
}
