package dev.mneme.memformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memformer.SegmentWindow.Gradients;
import dev.mneme.memformer.SegmentWindow.Part;
import dev.mneme.memformer.TestModel.Step;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tck.Rows;
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
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and gradients of every stored vector, F64, on every engine. */
@Tag("golden")
final class MemformerGoldenTest {
    private static final double RELATIVE = 1e-8;

    static Stream<Arguments> enginesAndFiles() {
        List<GoldenFile> files = GoldenFile.ofMechanism("memformer", MemformerGoldenTest.class);
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
                case "slot-write" -> slotWrite(backend, file, comparison);
                case "bmn-orbit" -> orbit(backend, file, comparison);
                case "memory-read" -> memoryRead(backend, file, comparison);
                case "encdec3" -> encoderDecoder(backend, file, comparison);
                case "mrbp" -> replay(backend, file, comparison);
                case "gru-encdec3" -> gru(backend, file, comparison);
                case "membart-encoder" -> memBart(backend, file, comparison);
                default -> throw new AssertionError(file + ": unknown case " + file.caseName());
            }
        }
        comparison.assertComplete();
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    // ---- parts ----

    private static void slotWrite(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        GoldenWeights weights = new GoldenWeights(file, file.size("dim"));
        weights.attention("w", "", "writer.attention");
        weights.place("v_bias", "memory.v_bias");
        BackboneConfig backbone = backbone(file, "dim", 1, Map.of());
        try (TestModel model = TestModel.create(
                backend,
                TestModel.memory(Map.of("slots", file.size("slots"), "temperature", temperature(file))),
                backbone,
                TestModel.task(Form.ENCODER))) {
            weights.assignTo(model.parameters());
            Tensor slots = load(backend, file, "in.memory").variable();
            Tensor tokens = load(backend, file, "in.tokens").variable();
            Tensor valid = load(backend, file, "in.token_mask");
            comparison.check("out.initial_memory", SegmentWindow.slots(model.initialState(file.size("batch"))));
            List<Tensor> seen = new ArrayList<>();
            Pass pass = Pass.evaluation().observedBy((path, observed) -> seen.add(observed.detach()));
            Tensor written = model.writer().update(slots, tokens, valid, pass);
            comparison.check("out.attention", ownFirst(seen.get(0), file.size("slots")));
            comparison.check("out.pre_bmn", ((MemformerBmnWriter) model.writer()).attend(slots, tokens, valid, pass));
            comparison.check("out.memory", written);
            Map<String, double[]> gradients = model.gradients(
                    List.of(weighted(file, "cotangent", written)), noCotangents(1), List.of(slots, tokens));
            comparison.check("grad.in.memory", gradients.get("0"));
            comparison.check("grad.in.tokens", gradients.get("1"));
            weights.compare("grad.w.", gradients, comparison);
        }
    }

    /** Weights over (all slots, tokens) without the slots a slot does not see: its own, then the tokens. */
    private static double[] ownFirst(Tensor observed, int slots) {
        double[] all = observed.toDoubles();
        int keys = Math.toIntExact(observed.size(-1));
        int width = keys - slots + 1;
        double[] result = new double[all.length / keys * width];
        for (int row = 0; row < all.length / keys; row++) {
            result[row * width] = all[row * keys + row % slots];
            System.arraycopy(all, row * keys + slots, result, row * width + 1, width - 1);
        }
        return result;
    }

    /** The writer sees padding only, so nothing but normalisation is left of it. */
    private static void orbit(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        int batch = file.size("batch");
        int dim = file.size("dim");
        int slots = file.size("slots");
        BackboneConfig backbone = backbone(file, "dim", 1, Map.of("heads", 1));
        try (TestModel model = TestModel.create(
                backend, TestModel.memory(Map.of("slots", slots)), backbone, TestModel.task(Form.ENCODER))) {
            model.assign("memory.v_bias", file.doubles("v_bias"));
            double[] terminal = file.doubles("terminal");
            comparison.check("terminal", Arrays.copyOf(slotsOf(model.initialState(batch)), slots * dim));
            boolean[] nothing = new boolean[batch * 2];
            Segment segment =
                    new Segment(model.tokens(new long[batch][2]), backend.tensor(nothing, Shape.of(batch, 2)), null);
            MemoryState state = model.state(Arrays.copyOf(file.doubles("orbit"), batch * slots * dim));
            List<double[]> orbit = new ArrayList<>(List.of(slotsOf(state)));
            for (int step = 0; step < file.size("steps"); step++) {
                state = model.step(segment, state).slots();
                orbit.add(slotsOf(state));
            }
            double[] all = concat(orbit);
            comparison.check("orbit", all);
            double[] cosines = new double[all.length / dim];
            for (int i = 0; i < cosines.length; i++) {
                cosines[i] = Rows.dot(Rows.row(all, dim, i), Rows.row(terminal, dim, i % slots));
            }
            comparison.check("cosine_to_terminal", cosines);
        }
    }

    private static void memoryRead(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        GoldenWeights weights = new GoldenWeights(file, file.size("dim"));
        weights.lucidAttention("fn.", "attention", "norm");
        BackboneConfig backbone = backbone(file, "dim", 1, Map.of("projection_bias", true, "output_bias", true));
        try (SlotRead read = new SlotRead(new ModuleContext(backend, DType.F64, 1), backbone)) {
            weights.assignTo(read.parameters());
            Tensor rows = load(backend, file, "in.x").variable();
            Tensor slots = load(backend, file, "in.memory").variable();
            Tensor result = rows.add(read.forward(rows, read.project(slots), Pass.evaluation()));
            comparison.check("out.y", result);
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            for (Map.Entry<String, Parameter> entry : read.parameters().entrySet()) {
                inputs.put(entry.getKey(), entry.getValue().value());
            }
            inputs.put("in.x", rows);
            inputs.put("in.memory", slots);
            List<Tensor> found = backend.gradients(
                    List.of(weighted(file, "cotangent", result)),
                    List.copyOf(inputs.values()),
                    Collections.singletonList(null));
            Map<String, double[]> gradients = new LinkedHashMap<>();
            inputs.keySet()
                    .forEach(path ->
                            gradients.put(path, found.get(gradients.size()).toDoubles()));
            comparison.check("grad.in.x", gradients.get("in.x"));
            comparison.check("grad.in.memory", gradients.get("in.memory"));
            weights.compare("grad.w.", gradients, comparison);
        }
    }

    // ---- models ----

    private static TestModel equations(TensorBackend backend, GoldenFile file) {
        BackboneConfig backbone = backbone(
                file,
                "d",
                file.size("enc_layers"),
                Map.of("decoder_layers", file.size("dec_layers"), "feed_forward", file.size("ffn")));
        return TestModel.create(
                backend,
                TestModel.memory(Map.of("slots", file.size("slots"), "temperature", temperature(file))),
                backbone,
                TestModel.task(Form.ENCODER_DECODER, file.size("vocab"), file.size("max_len")));
    }

    private static SegmentWindow window(TestModel model, GoldenFile file, double[] lossWeights) {
        TensorBackend backend = model.backend();
        List<Part> parts = new ArrayList<>();
        for (int t = 0; t < lossWeights.length; t++) {
            Tensor targets = step(backend, file, "in.decoder_target", t);
            Segment segment = new Segment(
                    step(backend, file, "in.segments", t),
                    step(backend, file, "in.source_mask", t),
                    step(backend, file, "in.decoder_input", t));
            parts.add(new Part(
                    segment, step(backend, file, "in.reset", t), lossWeights[t], run -> loss(run.logits(), targets)));
        }
        return new SegmentWindow(model, parts);
    }

    private static void encoderDecoder(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        GoldenWeights weights = GoldenWeights.ofEquations(file);
        try (TestModel model = equations(backend, file)) {
            weights.assignTo(model.parameters());
            double[] equal = new double[file.size("steps")];
            Arrays.fill(equal, 1);
            SegmentWindow window = window(model, file, equal);
            MemoryState carried = model.initialState(file.size("batch")).detach();
            List<Step> steps = window.forward(carried);
            Tensor valid = load(backend, file, "in.source_mask");
            comparison.check("out.encoder", orStored(file, "out.encoder", stack(steps, Step::hidden), valid));
            comparison.check("out.memory", stack(steps, Step::memory));
            comparison.check("out.logits", stack(steps, Step::logits));
            comparison.check("out.loss", values(window.losses(steps)));
            Gradients gradients = window.throughTime(carried);
            for (int t = 1; t < equal.length; t++) {
                comparison.check("grad.memory_in_" + t, gradients.slots().get(t));
            }
            weights.compare("grad.w.", gradients.parameters(), comparison);
        }
    }

    private static void replay(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        GoldenWeights weights = GoldenWeights.ofEquations(file);
        try (TestModel model = equations(backend, file)) {
            weights.assignTo(model.parameters());
            SegmentWindow window = window(model, file, file.doubles("in.loss_weight"));
            MemoryState carried = model.state(file.doubles("in.memory"));
            List<Step> steps = window.forward(carried);
            comparison.check("out.memory", stack(steps, Step::memory));
            comparison.check("out.loss", values(window.losses(steps)));
            List<MemoryState> buffer = window.replayBuffer(carried);
            comparison.check(
                    "out.replay_buffer",
                    concat(buffer.stream().map(MemformerGoldenTest::slotsOf).toList()));
            Gradients expected = window.throughTime(carried);
            comparison.check("grad.bptt.memory_in", concat(expected.slots()));
            weights.compare("grad.bptt.w.", expected.parameters(), comparison);
            Gradients replayed = window.byReplay(carried);
            comparison.check("grad.mrbp.memory_in", concat(replayed.slots()));
            weights.compare("grad.mrbp.w.", replayed.parameters(), comparison);
        }
    }

    private static void gru(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        int length = file.size("segment");
        int segments = file.size("segments");
        int longest = Math.max(length, Math.toIntExact(file.shape("in.target").size(1)));
        GoldenWeights weights = GoldenWeights.ofLucidrains(file, longest);
        BackboneConfig backbone = backbone(
                file,
                "dim",
                file.size("enc_depth"),
                Map.of(
                        "decoder_layers",
                        file.size("dec_depth"),
                        "feed_forward",
                        file.size("ff_mult") * file.size("dim"),
                        "positions",
                        "relative",
                        "projection_bias",
                        true,
                        "output_bias",
                        true,
                        "head_bias",
                        true));
        MemformerConfig memory = TestModel.memory(
                Map.of("variant", "gru", "slots", file.size("slots"), "num_mem_updates", file.size("num_mem_updates")));
        try (TestModel model = TestModel.create(
                backend, memory, backbone, TestModel.task(Form.ENCODER_DECODER, file.size("vocab"), longest))) {
            weights.assignTo(model.parameters());
            Tensor source = load(backend, file, "in.source");
            Tensor mask = load(backend, file, "in.source_mask");
            Tensor target = load(backend, file, "in.target");
            Tensor given = target.slice(1, 0, target.size(1) - 1);
            Tensor labels = target.slice(1, 1, target.size(1));
            Tensor fresh = backend.full(Shape.of(file.size("batch")), 1, DType.BOOL);
            List<Part> parts = new ArrayList<>();
            for (int t = 0; t < segments; t++) {
                long from = (long) t * length;
                // The earlier segments are read alone: their decoders' output is asked of nobody.
                Segment segment =
                        new Segment(source.slice(1, from, from + length), mask.slice(1, from, from + length), given);
                Function<Step, Tensor> loss = t < segments - 1 ? null : run -> loss(run.logits(), labels);
                parts.add(new Part(segment, t == 0 ? fresh : null, 1, loss));
            }
            SegmentWindow window = new SegmentWindow(model, parts);
            MemoryState carried = model.initialState(file.size("batch")).detach();
            List<Step> steps = window.forward(carried);
            Tensor valid = mask.reshape(mask.size(0), segments, length).transpose(0, 1);
            comparison.check("out.encoder", orStored(file, "out.encoder", stack(steps, Step::hidden), valid));
            comparison.check("out.memory", stack(steps, Step::memory));
            comparison.check("out.logits", steps.get(segments - 1).logits());
            comparison.check("out.loss", values(window.losses(steps)));
            Gradients expected = window.throughTime(carried);
            comparison.check(
                    "grad.bptt.memory_after_1_2", concat(expected.slots().subList(1, segments)));
            weights.compare("grad.bptt.w.", expected.parameters(), comparison);
            weights.compare("grad.mrbp.w.", window.byReplay(carried).parameters(), comparison);
        }
    }

    private static void memBart(TensorBackend backend, GoldenFile file, GoldenComparison comparison) {
        GoldenWeights weights = GoldenWeights.ofMemBart(file);
        int length = file.size("segment");
        int segments = file.size("segments");
        BackboneConfig backbone = backbone(
                file,
                "dim",
                file.size("layers"),
                Map.of(
                        "feed_forward", file.size("ffn"),
                        "norm", "post",
                        "embedding_norm", true,
                        "projection_bias", true,
                        "output_bias", true));
        MemformerConfig memory = TestModel.memory(Map.of("variant", "membart", "slots", file.size("slots")));
        try (TestModel model =
                TestModel.create(backend, memory, backbone, TestModel.task(Form.ENCODER, file.size("vocab"), length))) {
            weights.assignTo(model.parameters());
            Tensor cotangents = load(backend, file, "cotangent");
            List<Part> parts = new ArrayList<>();
            for (int t = 0; t < segments; t++) {
                Tensor cotangent = cotangents.select(0, t);
                Segment segment =
                        new Segment(step(backend, file, "in.ids", t), step(backend, file, "in.mask", t), null);
                parts.add(new Part(
                        segment,
                        step(backend, file, "in.reset", t),
                        1,
                        run -> run.source().mul(cotangent).sum()));
            }
            SegmentWindow window = new SegmentWindow(model, parts);
            Tensor carried = load(backend, file, "in.memory").variable();
            List<Step> steps = window.forward(MemoryState.of(Map.of(MemformerMemory.SLOTS, carried)));
            comparison.check("out.last_hidden_state", stack(steps, Step::source));
            comparison.check("out.memory", stack(steps, Step::memory));
            Map<String, double[]> gradients = model.gradients(
                    window.losses(steps),
                    noCotangents(segments),
                    List.of(carried, steps.get(0).memory()));
            comparison.check("grad.in.memory", gradients.get("0"));
            comparison.check("grad.memory_after_1", gradients.get("1"));
            weights.compare("grad.w.", gradients, comparison);
        }
    }

    // ---- help ----

    private static BackboneConfig backbone(GoldenFile file, String dim, int layers, Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("dim", file.size(dim));
        all.put("layers", layers);
        if (!settings.containsKey("heads")) {
            all.put("heads", file.size("heads"));
        }
        all.putAll(settings);
        return TestModel.backbone(all);
    }

    private static double temperature(GoldenFile file) {
        return Double.parseDouble(file.metadata("tau"));
    }

    private static Tensor load(TensorBackend backend, GoldenFile file, String name) {
        return file.load(name, backend, DType.F64);
    }

    /** What belongs to segment t of a tensor (segments, batch, ..). */
    private static Tensor step(TensorBackend backend, GoldenFile file, String name, int t) {
        return load(backend, file, name).select(0, t);
    }

    private static Tensor weighted(GoldenFile file, String cotangent, Tensor output) {
        return load(output.backend(), file, cotangent).mul(output).sum();
    }

    private static Tensor loss(Tensor logits, Tensor targets) {
        long rows = targets.shape().elements();
        return logits.reshape(rows, logits.size(-1)).crossEntropy(targets.reshape(rows), 0);
    }

    private static List<@Nullable Tensor> noCotangents(int count) {
        return Collections.nCopies(count, null);
    }

    private static Tensor stack(List<Step> steps, Function<Step, Tensor> part) {
        List<Tensor> parts = steps.stream().map(part).toList();
        return parts.get(0).backend().stack(parts, 0);
    }

    /** Our rows of real tokens, the stored rows of padding: what those hold is nobody's business. */
    private static Tensor orStored(GoldenFile file, String name, Tensor ours, Tensor valid) {
        return valid.unsqueeze(-1).where(ours, load(ours.backend(), file, name));
    }

    private static double[] values(List<Tensor> scalars) {
        return scalars.stream().mapToDouble(Tensor::item).toArray();
    }

    private static double[] slotsOf(MemoryState state) {
        return SegmentWindow.slots(state).toDoubles();
    }

    private static double[] concat(List<double[]> parts) {
        return parts.stream().flatMapToDouble(DoubleStream::of).toArray();
    }
}
