package dev.mneme.memorytransformer;

import static dev.mneme.tck.Rows.assertClose;
import static dev.mneme.tck.Rows.assertDiffers;
import static dev.mneme.tck.Rows.difference;
import static dev.mneme.tck.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.ForwardingReader;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Segment;
import dev.mneme.memorytransformer.TestModel.Values;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds without training for language models and encoder-decoders. */
final class MemoryTransformerDecoderTest {
    private static final int DIM = 8;
    private static final int CLASSES = 7;
    private static final int SLOTS = 3;
    private static final long[] IDS = {3, 1, 4, 1, 5, 2};
    private static final long[] OTHER_IDS = {6, 0, 2, 5, 3, 1};
    private static final List<String> VARIANTS = List.of("mem-transformer", "mem-ctrl", "mem-bottleneck");

    static Stream<Arguments> enginesVariantsAndMasks() {
        return TestEngine.all().stream()
                .flatMap(engine -> VARIANTS.stream()
                        .flatMap(variant ->
                                Stream.of("strict", "block").map(mask -> Arguments.of(engine, variant, mask))));
    }

    static Stream<Arguments> enginesAndVariants() {
        return TestEngine.all().stream()
                .flatMap(engine -> VARIANTS.stream().map(variant -> Arguments.of(engine, variant)));
    }

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    private static TestModel decoder(TestEngine engine, String variant, String mask, Map<String, ?> backbone) {
        return TestModel.create(engine.backend(), Map.of("variant", variant, "mask", mask), backbone, Form.DECODER);
    }

    // ---- property 9 ----

    @ParameterizedTest
    @MethodSource("enginesVariantsAndMasks")
    void memoryRowsOfADecoderKnowNothingOfTheText(TestEngine engine, String variant, String mask) {
        try (TestModel model = decoder(engine, variant, mask, Map.of())) {
            double[] memory = model.values(IDS).memory();
            assertClose(model.values(OTHER_IDS).memory(), memory);
            Values both = model.values(IDS, OTHER_IDS);
            assertClose(rows(both.memory(), DIM, 0, SLOTS), memory);
            assertClose(rows(both.memory(), DIM, SLOTS, 2 * SLOTS), memory);
            assertThat(model.gradients(
                                    run -> run.memory()
                                            .square()
                                            .mul(run.memory())
                                            .sum(),
                                    null,
                                    IDS)
                            .get("controller.input.tokens.weight"))
                    .containsOnly(0);
        }
    }

    @ParameterizedTest
    @MethodSource("enginesVariantsAndMasks")
    void memoryRowsOfADecoderAreLearnedFromItsLogits(TestEngine engine, String variant, String mask) {
        try (TestModel model = decoder(engine, variant, mask, Map.of())) {
            double[] gradient = model.gradients(run -> run.logits().square().sum(), null, IDS)
                    .get("memory.slots");
            assertThat(Arrays.stream(gradient).map(Math::abs).max().orElseThrow())
                    .isGreaterThan(1e-4);
        }
    }

    @ParameterizedTest
    @MethodSource("enginesVariantsAndMasks")
    void logitsDoNotDependOnLaterTokens(TestEngine engine, String variant, String mask) {
        long[] changed = {3, 1, 4, 0, 6, 5};
        try (TestModel model = decoder(engine, variant, mask, Map.of())) {
            double[] before = model.values(IDS).logits();
            double[] after = model.values(changed).logits();
            assertClose(rows(after, CLASSES, 0, 3), rows(before, CLASSES, 0, 3));
            assertDiffers(rows(after, CLASSES, 3, 6), rows(before, CLASSES, 3, 6));
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void theMasksDiffer(TestEngine engine, String variant) {
        try (TestModel strict = decoder(engine, variant, "strict", Map.of());
                TestModel block = decoder(engine, variant, "block", Map.of())) {
            assertDiffers(block.values(IDS).logits(), strict.values(IDS).logits());
        }
    }

    // ---- property 2 for decoders ----

    @ParameterizedTest
    @MethodSource("engines")
    void memCtrlWithEqualSetsIsMemTransformer(TestEngine engine) {
        for (String mask : List.of("strict", "block")) {
            try (TestModel joined = decoder(engine, "mem-transformer", mask, Map.of());
                    TestModel apart = decoder(engine, "mem-ctrl", mask, Map.of())) {
                apart.copyBackboneToWriter();
                Values expected = joined.values(IDS);
                Values actual = apart.values(IDS);
                assertClose(actual.logits(), expected.logits());
                assertClose(actual.memory(), expected.memory());
            }
        }
    }

    // ---- property 10 ----

    @ParameterizedTest
    @MethodSource("enginesVariantsAndMasks")
    void streamingTokenByTokenEqualsOnePass(TestEngine engine, String variant, String mask) {
        List<Map<String, ?>> backbones = List.of(
                Map.of(),
                Map.of("norm", "post", "positions", "sinusoidal"),
                Map.of("positions", "relative"),
                Map.of("attention_window", 2));
        TensorBackend backend = engine.backend();
        for (Map<String, ?> backbone : backbones) {
            long before = backend.memory().liveTensors();
            try (TestModel model = decoder(engine, variant, mask, backbone);
                    TensorScope scope = backend.scope()) {
                double[] whole = model.values(IDS, OTHER_IDS).logits();
                Segment opening = new Segment(model.tokens(IDS, OTHER_IDS).slice(1, 0, 0), null, null);
                Tensor tokens = model.tokens(IDS, OTHER_IDS);
                assertThat(difference(model.streamed(opening, tokens, 1, 1, 1, 1, 1, 1), whole))
                        .isLessThan(1e-10);
                assertThat(difference(model.streamed(opening, tokens, 4, 2), whole))
                        .isLessThan(1e-10);
            }
            assertThat(backend.memory().liveTensors()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void numberedRowsStreamToo(TestEngine engine, String variant) {
        try (TestModel model = TestModel.create(
                        engine.backend(),
                        Map.of("variant", variant, "positions", "continuous"),
                        Map.of(),
                        Form.DECODER);
                TensorScope scope = engine.backend().scope()) {
            Tensor tokens = model.tokens(IDS);
            Segment opening = new Segment(tokens.slice(1, 0, 0), null, null);
            assertThat(difference(
                            model.streamed(opening, tokens, 1, 3, 2),
                            model.values(IDS).logits()))
                    .isLessThan(1e-10);
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void aStreamCanEndBeforeItsFirstToken(TestEngine engine, String variant) {
        try (TestModel model = decoder(engine, variant, "strict", Map.of());
                TensorScope scope = engine.backend().scope();
                var stream = model.mechanism().controller().stream(
                        new Segment(model.tokens(IDS).slice(1, 0, 0), null, null),
                        MemoryState.empty(),
                        Pass.evaluation())) {
            assertThat(stream.finish().isEmpty()).isTrue();
        }
    }

    // ---- property 11 and the encoder-decoder form ----

    /** Cuts the memory rows from what the decoder sees. */
    private static final class WithoutMemoryRows extends ForwardingReader {
        WithoutMemoryRows(Reader actual) {
            super(actual);
        }

        @Override
        public Tensor encoderOutput(Tensor sequence, MemoryState state) {
            Tensor whole = super.encoderOutput(sequence, state);
            return whole.slice(1, SLOTS, whole.size(1));
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void theDecoderReadsMemoryRows(TestEngine engine, String variant) {
        MemoryTransformerConfig config = TestModel.memory(Map.of("variant", variant));
        try (TestModel whole =
                        TestModel.create(engine.backend(), Map.of("variant", variant), Map.of(), Form.ENCODER_DECODER);
                TestModel cut = TestModel.create(
                        engine.backend(),
                        config,
                        TestModel.backbone(Map.of()),
                        TestModel.task(Form.ENCODER_DECODER),
                        WithoutMemoryRows::new,
                        writer -> writer)) {
            assertDiffers(targetLogits(cut, null), targetLogits(whole, null));
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void aDecoderOfMemoryRowsAloneStillSeesTheSource(TestEngine engine, String variant) {
        Map<String, ?> memoryOnly = Map.of("cross_attention", "memory");
        try (TestModel model = TestModel.create(
                        engine.backend(), Map.of("variant", variant), memoryOnly, Form.ENCODER_DECODER);
                TestModel blind =
                        TestModel.create(engine.backend(), Map.of("slots", 0), memoryOnly, Form.ENCODER_DECODER)) {
            assertDiffers(targetLogits(model, null, OTHER_IDS), targetLogits(model, null));
            assertThat(targetLogits(blind, null, OTHER_IDS)).isEqualTo(targetLogits(blind, null));
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void paddingTheSourceChangesNoTargetLogit(TestEngine engine, String variant) {
        try (TestModel model =
                TestModel.create(engine.backend(), Map.of("variant", variant), Map.of(), Form.ENCODER_DECODER)) {
            boolean[] valid = {true, true, true, true, false, false};
            assertClose(targetLogits(model, valid), targetLogits(model, null, Arrays.copyOf(IDS, 4)));
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void streamingTheTargetEqualsOnePass(TestEngine engine, String variant) {
        boolean[] valid = {true, true, true, true, true, false};
        try (TestModel model =
                        TestModel.create(engine.backend(), Map.of("variant", variant), Map.of(), Form.ENCODER_DECODER);
                TensorScope scope = engine.backend().scope()) {
            double[] streamed = model.streamed(model.segment(valid, IDS), model.tokens(OTHER_IDS), 1, 1, 3, 1);
            assertThat(difference(streamed, targetLogits(model, valid))).isLessThan(1e-10);
        }
    }

    /** Logits of the target {@link #OTHER_IDS} for the source {@link #IDS}. */
    private static double[] targetLogits(TestModel model, boolean @Nullable [] valid) {
        return targetLogits(model, valid, IDS);
    }

    private static double[] targetLogits(TestModel model, boolean @Nullable [] valid, long[] source) {
        try (TensorScope scope = model.backend().scope();
                GradientMode off = model.backend().noGradient()) {
            Segment segment = model.segment(valid, source);
            return model.run(new Segment(segment.tokens(), segment.valid(), model.tokens(OTHER_IDS)))
                    .logits()
                    .toDoubles();
        }
    }
}
