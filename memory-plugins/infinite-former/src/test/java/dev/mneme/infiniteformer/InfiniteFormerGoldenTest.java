package dev.mneme.infiniteformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
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
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and gradients of every stored vector, F64, on every engine. */
@Tag("golden")
final class InfiniteFormerGoldenTest {
    private static final double RELATIVE = 1e-8;

    static Stream<Arguments> enginesAndFiles() {
        List<GoldenFile> files = GoldenFile.ofMechanism("infinite-former", InfiniteFormerGoldenTest.class);
        return TestEngine.all().stream().flatMap(engine -> files.stream().map(file -> Arguments.of(engine, file)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("enginesAndFiles")
    void valuesAndGradientsEqualTheStoredOnes(TestEngine engine, GoldenFile file) {
        TensorBackend backend = engine.backend();
        long before = backend.memory().liveTensors();
        GoldenComparison comparison = new GoldenComparison(file, RELATIVE);
        try (TensorScope scope = backend.scope()) {
            Vectors vectors = new Vectors(backend, file, comparison);
            switch (file.caseName()) {
                case "basis" -> basis(vectors);
                case "ridge" -> ridge(vectors);
                case "read" -> read(vectors);
                case "update" -> update(vectors);
                case "sticky" -> sticky(vectors);
                case "block" -> block(vectors);
                case "xl-layer" -> xlLayer(vectors);
                default -> throw new AssertionError(file + ": unknown case " + file.caseName());
            }
        }
        comparison.assertComplete();
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    /** A file on an engine; inputs are leaves. */
    private record Vectors(
            TensorBackend backend, GoldenFile file, GoldenComparison comparison, Map<String, Tensor> inputs) {
        Vectors(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
            this(backend, file, comparison, new LinkedHashMap<>());
        }

        Tensor load(String name) {
            return file.load(name, backend, DType.F64);
        }

        Tensor input(String name) {
            return inputs.computeIfAbsent(name, n -> load(n).variable());
        }

        Tensor weighted(String cotangent, Tensor output) {
            Tensor weights = load(cotangent);
            return output.reshape(weights.shape().toArray()).mul(weights).sum();
        }

        /** Compares the gradients of everything asked for with {@link #input}, and of parameters. */
        void gradients(Tensor scalar, @Nullable GoldenParameters parameters, List<Tensor> leaves) {
            List<Tensor> all = new ArrayList<>(inputs.values());
            all.addAll(leaves);
            List<Tensor> gradients = backend.gradients(List.of(scalar), all, Collections.singletonList(null));
            int i = 0;
            for (String name : inputs.keySet()) {
                comparison.check("grad." + name, gradients.get(i++));
            }
            if (parameters != null) {
                parameters.compare(gradients.subList(i, gradients.size()), comparison);
            }
        }

        InfiniteFormerConfig memory(Map<String, ?> more) {
            Map<String, Object> settings = new LinkedHashMap<>();
            settings.put("basis", file.size("N"));
            settings.put("widths", file.metadata("sigmas").replaceAll("[\\[\\] ]", ""));
            settings.put("samples", file.size("M"));
            settings.put("contraction", file.metadata("tau"));
            settings.put("ridge", file.metadata("ridge"));
            settings.put("variance_floor", file.metadata("var_clamp"));
            settings.put("prior_deviation", file.metadata("sigma_0"));
            settings.putAll(more);
            return TestModel.memory(settings);
        }

        Components components(Map<String, ?> more) {
            int heads = file.size("H");
            return new Components(backend, memory(more), heads * file.size("d"), heads, file.size("L"));
        }
    }

    private static void basis(Vectors vectors) {
        GoldenFile file = vectors.file();
        GaussianBasis gaussians = vectors.memory(Map.of()).gaussians();
        int count = gaussians.count();
        double[] centres = new double[count];
        double[] widths = new double[count];
        for (int j = 0; j < count; j++) {
            centres[j] = gaussians.centres()[j / gaussians.widths().length];
            widths[j] = gaussians.widths()[j % gaussians.widths().length];
        }
        vectors.comparison().check("basis.mu", centres);
        vectors.comparison().check("basis.sigma", widths);
        try (Components components = vectors.components(Map.of())) {
            vectors.comparison().check("out.psi", components.matrix(gaussians.at(file.doubles("in.t"))));
            Tensor mean = vectors.input("in.query_mu");
            Tensor variance = vectors.input("in.query_var");
            Tensor expected = components.basis().forward(mean, variance);
            vectors.comparison().check("out.expected_psi", expected);
            vectors.gradients(vectors.weighted("cot.expected_psi", expected), null, List.of());
            moments(vectors, centres, widths, file.doubles("out.expected_psi"));
        }
    }

    /** The first two moments under a density times a bump, which is a Gaussian itself. */
    private static void moments(Vectors vectors, double[] centres, double[] widths, double[] expected) {
        double[] mean = vectors.file().doubles("in.query_mu");
        double[] variance = vectors.file().doubles("in.query_var");
        double[] first = new double[expected.length];
        double[] second = new double[expected.length];
        for (int i = 0; i < expected.length; i++) {
            int query = i / centres.length;
            int j = i % centres.length;
            double squared = widths[j] * widths[j];
            double spread = squared + variance[query];
            double m = (centres[j] * variance[query] + mean[query] * squared) / spread;
            first[i] = expected[i] * m;
            second[i] = expected[i] * (m * m + squared * variance[query] / spread);
        }
        vectors.comparison().check("out.expected_t_psi", first);
        vectors.comparison().check("out.expected_t2_psi", second);
    }

    private static void ridge(Vectors vectors) {
        GoldenComparison comparison = vectors.comparison();
        int length = vectors.file().size("L");
        try (Components components = vectors.components(Map.of())) {
            Tensor scalar = vectors.backend().zeros(Shape.scalar(), DType.F64);
            for (Map.Entry<String, Integer> entry :
                    Map.of("even", length, "odd", length - 1).entrySet()) {
                Timeline line = Timeline.first(entry.getValue());
                String suffix = "_" + entry.getKey();
                comparison.check("const.positions" + suffix, sorted(line));
                comparison.check("const.G" + suffix, factors(components, line));
                Tensor signal = components.fit(null, vectors.input("in.X" + suffix));
                comparison.check("out.B" + suffix, signal);
                if (entry.getValue() == length) {
                    comparison.check("out.recon_even", components.at(signal, line.real()));
                }
                scalar = scalar.add(vectors.weighted("cot.B" + suffix, signal));
            }
            vectors.gradients(scalar, null, List.of());
        }
    }

    private static double[] sorted(Timeline line) {
        return DoubleStream.concat(Arrays.stream(line.real()), Arrays.stream(line.padding()))
                .sorted()
                .toArray();
    }

    /** G of a line, (points, N). */
    private static Tensor factors(Components components, Timeline line) {
        InfiniteFormerConfig config = components.config();
        return components
                .matrix(RidgeFit.factors(config.gaussians(), line.real(), line.padding(), config.ridge()))
                .transpose(0, 1);
    }

    private static void read(Vectors vectors) {
        GoldenComparison comparison = vectors.comparison();
        GoldenParameters parameters = new GoldenParameters(vectors.file()).memory("", "gate", "read");
        try (Components components = vectors.components(Map.of())) {
            parameters.assignTo(components.parameters());
            Tensor signal = components.fit(null, components.gate().forward(vectors.input("in.k")));
            Components.Found found = components.read(vectors.input("in.q"), signal);
            comparison.check("mid.B", signal);
            comparison.check("mid.mu", found.densities().mean());
            comparison.check("mid.var", found.densities().variance());
            comparison.check("out.context", found.context());
            double deviation = components.config().priorDeviation();
            Tensor divergence = found.densities().divergence(deviation);
            comparison.check("out.kl_sigma_only", divergence);
            comparison.check(
                    "out.kl_released_gpt2_mu0_minus1", found.densities().divergence(-1, deviation));
            Tensor scalar =
                    vectors.weighted("cot.context", found.context()).add(vectors.weighted("cot.kl", divergence));
            vectors.gradients(scalar, parameters, parameters.leaves(components.parameters()));
        }
    }

    private static void update(Vectors vectors) {
        GoldenComparison comparison = vectors.comparison();
        GoldenParameters parameters = new GoldenParameters(vectors.file()).memory("", "gate", "read");
        try (Components components = vectors.components(Map.of())) {
            parameters.assignTo(components.parameters());
            InfiniteFormerConfig config = components.config();
            int length = vectors.file().size("L");
            Tensor samples = components.matrix(config.gaussians().at(Timeline.samples(config.samples())));
            comparison.check("const.Psi_samples", samples);
            comparison.check("const.G_first", factors(components, Timeline.first(length)));
            Timeline later = Timeline.later(config.samples(), length, config.contraction());
            comparison.check("const.G_refit", factors(components, later));
            Tensor scalar = vectors.backend().zeros(Shape.scalar(), DType.F64);
            Tensor signal = null;
            for (int i = 0; i < 3; i++) {
                Tensor gated = components.gate().forward(vectors.input("in.k" + i));
                Tensor points =
                        signal == null ? gated : vectors.backend().concat(List.of(samples.matmul(signal), gated), 1);
                comparison.check("state.points" + i, points);
                Tensor fitted = components.fit(signal, gated);
                comparison.check("state.B" + i, fitted);
                Components.Found found = components.read(vectors.input("in.q" + i), fitted);
                Tensor divergence = found.densities().divergence(config.priorDeviation());
                comparison.check("out.context" + i, found.context());
                comparison.check("out.kl" + i, divergence);
                scalar = scalar.add(vectors.weighted("cot.context" + i, found.context()))
                        .add(vectors.weighted("cot.kl" + i, divergence));
                signal = fitted.detach();
            }
            vectors.gradients(scalar, parameters, parameters.leaves(components.parameters()));
        }
    }

    private static void sticky(Vectors vectors) {
        GoldenComparison comparison = vectors.comparison();
        GoldenParameters parameters = new GoldenParameters(vectors.file()).memory("", "gate", "read");
        Map<String, ?> settings = Map.of("sticky", true, "bins", vectors.file().size("bins"));
        try (Components components = vectors.components(settings)) {
            parameters.assignTo(components.parameters());
            Tensor scalar = vectors.backend().zeros(Shape.scalar(), DType.F64);
            Tensor old = null;
            Densities looked = null;
            for (int i = 0; i < 3; i++) {
                Tensor sampled = null;
                if (old != null) {
                    sampled = sampled(vectors, components, i, old, Objects.requireNonNull(looked));
                }
                Tensor gated = components.gate().forward(vectors.input("in.k" + i));
                Tensor points = sampled == null ? gated : vectors.backend().concat(List.of(sampled, gated), 1);
                comparison.check("state.points" + i, points);
                Tensor signal = components.fit(sampled, gated);
                comparison.check("state.B" + i, signal);
                Components.Found found = components.read(vectors.input("in.q" + i), signal);
                comparison.check("out.context" + i, found.context());
                scalar = scalar.add(vectors.weighted("cot.context" + i, found.context()));
                old = signal.detach();
                looked = found.densities().detach();
            }
            vectors.gradients(scalar, parameters, parameters.leaves(components.parameters()));
        }
    }

    private static Tensor sampled(Vectors vectors, Components components, int step, Tensor old, Densities looked) {
        GoldenComparison comparison = vectors.comparison();
        long batch = old.size(0);
        Tensor mean = looked.mean().reshape(batch, -1);
        Tensor deviation = looked.variance().sqrt().reshape(batch, -1);
        comparison.check("state.past_mu" + step, mean);
        comparison.check("state.past_sd" + step, deviation);
        Tensor everyRead = vectors.backend().ones(mean.shape(), DType.F64);
        comparison.check("out.bin_prob" + step, components.sampling().shares(mean, deviation, everyRead));
        long[] drawn = vectors.load("in.bin_index" + step).toLongs();
        int samples = drawn.length / (int) batch;
        double[] left = Timeline.leftEdges(components.config().bins());
        double[] points = new double[drawn.length];
        for (int row = 0; row < batch; row++) {
            Arrays.sort(drawn, row * samples, (row + 1) * samples);
        }
        Arrays.setAll(points, i -> left[(int) drawn[i]]);
        comparison.check("out.sample_t" + step, points);
        return components.sampling().sample(old, vectors.backend().tensor(drawn, Shape.of(batch, samples)));
    }

    /** Inputs of a block are rows of an embedding, its output is the input of a second block. */
    private static TestModel model(Vectors vectors, Map<String, ?> memory, Map<String, ?> model) {
        GoldenFile file = vectors.file();
        int tokens = file.size("S") * file.size("B") * file.size("L");
        Map<String, Object> settings = new LinkedHashMap<>(Map.of("layers", 2, "positions", "none"));
        settings.put("dim", file.size("H") * file.size("d"));
        settings.put("heads", file.size("H"));
        settings.put("feed_forward", file.size("d_inner"));
        settings.putAll(model);
        BackboneConfig backbone = TestModel.backbone(settings);
        return TestModel.create(
                vectors.backend(),
                vectors.memory(memory),
                backbone,
                TestModel.task(Form.DECODER, tokens, file.size("L")));
    }

    /** Ids of a segment's rows in an embedding that holds all inputs, (batch, length). */
    private static Tensor tokens(Vectors vectors, int segment) {
        long batch = vectors.file().size("B");
        long length = vectors.file().size("L");
        long first = segment * batch * length;
        return vectors.backend().arange(first, first + batch * length).reshape(batch, length);
    }

    private static void block(Vectors vectors) {
        GoldenFile file = vectors.file();
        GoldenComparison comparison = vectors.comparison();
        String ours = "controller.layers.0";
        GoldenParameters parameters = new GoldenParameters(file)
                .memory("ltm.", "writer.layers.0.gate", "reader.layers.0")
                .transposed("attn.c_attn.weight", ours + ".attention.project.weight")
                .same("attn.c_attn.bias", ours + ".attention.project.bias")
                .transposed("attn.c_proj.weight", ours + ".attention.output.weight")
                .same("attn.c_proj.bias", ours + ".attention.output.bias")
                .transposed("mlp.c_fc.weight", ours + ".feed_forward.expand.weight")
                .same("mlp.c_fc.bias", ours + ".feed_forward.expand.bias")
                .transposed("mlp.c_proj.weight", ours + ".feed_forward.contract.weight")
                .same("mlp.c_proj.bias", ours + ".feed_forward.contract.bias")
                .same("ln_1.weight", ours + ".attention_norm.gain")
                .same("ln_1.bias", ours + ".attention_norm.bias")
                .same("ln_2.weight", ours + ".feed_forward_norm.gain")
                .same("ln_2.bias", ours + ".feed_forward_norm.bias");
        Map<String, ?> settings = Map.of("activation", "gelu-tanh", "projection_bias", true, "output_bias", true);
        try (TestModel model = model(vectors, Map.of(), settings)) {
            parameters.assignTo(model.parameters());
            Tensor embedding = model.value("controller.input.tokens.weight");
            embedding.assign(embeddingOf(vectors, false));
            Tensor scalar = vectors.backend().zeros(Shape.scalar(), DType.F64);
            MemoryState state = model.initialState(file.size("B"));
            for (int i = 0; i < file.size("S"); i++) {
                StepResult result = model.step(tokens(vectors, i), state);
                Tensor output = model.trace().layerInputs().get(1);
                comparison.check("out.y" + i, output);
                scalar = scalar.add(vectors.weighted("cot.y" + i, output));
                comparison.check("state.mem" + i, result.next().get(InfiniteFormerMemory.pending(0)));
                if (i > 0) {
                    comparison.check("state.B" + i, result.next().get(InfiniteFormerMemory.signal(0)));
                    comparison.check("out.kl" + i, model.divergence());
                    scalar = scalar.add(vectors.weighted("cot.kl" + i, model.divergence()));
                }
                state = result.next();
            }
            compare(vectors, parameters, model, embedding, scalar, false);
        }
    }

    private static void xlLayer(Vectors vectors) {
        GoldenFile file = vectors.file();
        GoldenComparison comparison = vectors.comparison();
        String ours = "controller.layers.0";
        GoldenParameters parameters = new GoldenParameters(file)
                .memory("ltm.", "writer.layers.0.gate", "reader.layers.0")
                .same("dec_attn.qkv_net.weight", ours + ".attention.project.weight")
                .same("dec_attn.o_net.weight", ours + ".attention.output.weight")
                .same("dec_attn.r_net.weight", "controller.layers.relative.layers.0.position.weight")
                .same("dec_attn.layer_norm.weight", ours + ".attention_norm.gain")
                .same("dec_attn.layer_norm.bias", ours + ".attention_norm.bias")
                .same("pos_ff.CoreNet.0.weight", ours + ".feed_forward.expand.weight")
                .same("pos_ff.CoreNet.0.bias", ours + ".feed_forward.expand.bias")
                .same("pos_ff.CoreNet.3.weight", ours + ".feed_forward.contract.weight")
                .same("pos_ff.CoreNet.3.bias", ours + ".feed_forward.contract.bias")
                .same("pos_ff.layer_norm.weight", ours + ".feed_forward_norm.gain")
                .same("pos_ff.layer_norm.bias", ours + ".feed_forward_norm.bias")
                .same("u", "controller.layers.relative.content_bias")
                .same("v", "controller.layers.relative.position_bias");
        Map<String, ?> memory =
                Map.of("backbone", "xl", "short_term", file.size("mem_len"), "transfer", file.size("augment_len"));
        try (TestModel model = model(vectors, memory, Map.of("activation", "relu", "norm", "post"))) {
            parameters.assignTo(model.parameters());
            Tensor embedding = model.value("controller.tokens.weight");
            embedding.assign(embeddingOf(vectors, true));
            Tensor scalar = vectors.backend().zeros(Shape.scalar(), DType.F64);
            MemoryState state = model.initialState(file.size("B"));
            for (int i = 0; i < file.size("S"); i++) {
                if (i > 0) {
                    Tensor queue = state.get(InfiniteFormerMemory.pending(0));
                    long there = file.shape("state.mems_in" + i).size(0);
                    Tensor filled = queue.slice(1, queue.size(1) - there, queue.size(1));
                    comparison.check("state.mems_in" + i, filled.transpose(0, 1));
                }
                StepResult result = model.step(tokens(vectors, i), state);
                Tensor output = model.trace().layerInputs().get(1).transpose(0, 1);
                comparison.check("out.y" + i, output);
                scalar = scalar.add(vectors.weighted("cot.y" + i, output));
                assertThat(model.read() != null).isEqualTo(file.names().contains("out.ltm" + i));
                if (model.read() != null) {
                    comparison.check("out.ltm" + i, model.read().transpose(0, 1));
                    comparison.check("state.B" + i, result.next().get(InfiniteFormerMemory.signal(0)));
                    comparison.check("out.kl" + i, model.divergence());
                    scalar = scalar.add(vectors.weighted("cot.kl" + i, model.divergence()));
                }
                state = result.next();
            }
            compare(vectors, parameters, model, embedding, scalar, true);
        }
    }

    /** All inputs below each other, (segments * batch * length, dim). */
    private static Tensor embeddingOf(Vectors vectors, boolean timeFirst) {
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < vectors.file().size("S"); i++) {
            Tensor rows = vectors.load("in.x" + i);
            Tensor byBatch = timeFirst ? rows.transpose(0, 1) : rows;
            parts.add(byBatch.reshape(rows.size(0) * rows.size(1), rows.size(2)));
        }
        return vectors.backend().concat(parts, 0);
    }

    private static void compare(
            Vectors vectors,
            GoldenParameters parameters,
            TestModel model,
            Tensor embedding,
            Tensor scalar,
            boolean timeFirst) {
        List<Tensor> leaves = new ArrayList<>(parameters.leaves(model.parameters()));
        leaves.add(embedding);
        List<Tensor> gradients = vectors.backend().gradients(List.of(scalar), leaves, Collections.singletonList(null));
        int last = leaves.size() - 1;
        parameters.compare(gradients.subList(0, last), vectors.comparison());
        long batch = vectors.file().size("B");
        long length = vectors.file().size("L");
        for (int i = 0; i < vectors.file().size("S"); i++) {
            Tensor rows = gradients.get(last).slice(0, i * batch * length, (i + 1) * batch * length);
            Tensor byBatch = rows.reshape(batch, length, rows.size(1));
            vectors.comparison().check("grad.in.x" + i, timeFirst ? byBatch.transpose(0, 1) : byBatch);
        }
    }
}
