package dev.mneme.memorytransformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.config.Settings;
import dev.mneme.memory.Controller;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Segments of several streams, each at another place, that a decoder is fed as one batch. */
final class FedTogetherTest {
    private static final int VOCABULARY = 9;
    private static final int LENGTH = 12;
    private static final int[] FED_BEFORE = {0, 3, 1, 7, 3};

    static Stream<Arguments> cases() {
        List<Map<String, Object>> memories = List.of(
                Map.of(),
                Map.of("slots", 3, "variant", "mem-transformer", "mask", "block"),
                Map.of("slots", 3, "variant", "mem-transformer", "positions", "continuous"),
                Map.of("slots", 2, "variant", "mem-ctrl"),
                Map.of("slots", 3, "variant", "mem-bottleneck"));
        List<Map<String, Object>> backbones = List.of(
                Map.of("positions", "learned"),
                Map.of("positions", "sinusoidal", "norm", "post"),
                Map.of("positions", "relative"),
                Map.of("positions", "none", "attention_window", 2));
        return TestEngine.all().stream()
                .flatMap(engine -> memories.stream()
                        .flatMap(memory -> backbones.stream()
                                .filter(model -> !memory.containsKey("positions") || hasTable(model))
                                .map(model -> Arguments.of(engine, memory, model))));
    }

    /** Memory rows with positions need a table of them. */
    private static boolean hasTable(Map<String, Object> backbone) {
        return List.of("learned", "sinusoidal").contains(backbone.get("positions"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void streamsAtDifferentPlacesAreFedAsIfAlone(
            TestEngine engine, Map<String, Object> memory, Map<String, Object> backbone) {
        TensorBackend backend = engine.backend();
        long before = backend.memory().liveTensors();
        SplittableRandom random = new SplittableRandom(4);
        try (Mechanism mechanism = mechanism(backend, memory, backbone);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            Streams together =
                    new Streams(mechanism.controller(), mechanism.memory().initialState(1), backend);
            Streams alone =
                    new Streams(mechanism.controller(), mechanism.memory().initialState(1), backend);
            for (int row = 0; row < FED_BEFORE.length; row++) {
                long[] start = random.longs(FED_BEFORE[row], 0, VOCABULARY).toArray();
                together.open(start);
                alone.open(start);
            }
            for (int length : new int[] {1, 1, 2, 1}) {
                long[] tokens = random.longs((long) length * FED_BEFORE.length, 0, VOCABULARY)
                        .toArray();
                assertThat(together.feedTogether(tokens)).containsExactly(alone.feedEach(tokens), within(1e-12));
            }
            assertThat(together.finish()).containsExactly(alone.finish(), within(1e-12));
            together.close();
            alone.close();
        }
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    private static Mechanism mechanism(
            TensorBackend backend, Map<String, Object> memory, Map<String, Object> backbone) {
        BackboneConfig small = Settings.bind(
                "model",
                BackboneConfig.class,
                Map.of("dim", 8, "layers", 2, "heads", 2, "embedding_std", 0.5, "position_std", 0.5));
        TaskInfo task = new TaskInfo(Form.DECODER, VOCABULARY, VOCABULARY, LENGTH, 0, -1, -1, Double.NaN, Double.NaN);
        MechanismContext context = new MechanismContext(
                new ModuleContext(backend, DType.F64, 1), Settings.bind("model", small, backbone), task);
        Mechanism mechanism = memory.isEmpty()
                ? create(new NoMemoryProvider(), memory, context)
                : create(new MemoryTransformerProvider(), memory, context);
        // Relative biases start at 0, where a mistake in them would not show.
        try (TensorScope scope = backend.scope()) {
            mechanism
                    .parameters()
                    .values()
                    .forEach(parameter -> parameter
                            .value()
                            .assign(parameter
                                    .value()
                                    .detach()
                                    .add(backend.normal(parameter.value().shape(), DType.F64, 7)
                                            .mul(0.2))));
        }
        return mechanism;
    }

    private static <C extends Record> Mechanism create(
            MemoryProvider<C> provider, Map<String, Object> settings, MechanismContext context) {
        return provider.create(Settings.bind("memory", provider.configType(), settings), context);
    }

    private static final class Streams {
        private final Controller controller;
        private final MemoryState state;
        private final TensorBackend backend;
        private final List<SegmentStream> streams = new ArrayList<>();

        Streams(Controller controller, MemoryState state, TensorBackend backend) {
            this.controller = controller;
            this.state = state;
            this.backend = backend;
        }

        void open(long... start) {
            Segment nothing = new Segment(backend.tensor(new long[0], Shape.of(1, 0)), null, null);
            SegmentStream stream = controller.stream(nothing, state, Pass.evaluation());
            streams.add(stream);
            if (start.length > 0) {
                stream.feed(backend.tensor(start, Shape.of(1, start.length)));
            }
        }

        double[] feedTogether(long... tokens) {
            return controller
                    .feed(streams, backend.tensor(tokens, Shape.of(streams.size(), tokens.length / streams.size())))
                    .toDoubles();
        }

        double[] feedEach(long... tokens) {
            int length = tokens.length / streams.size();
            double[] result = new double[tokens.length * VOCABULARY];
            for (int row = 0; row < streams.size(); row++) {
                long[] own = Arrays.copyOfRange(tokens, row * length, (row + 1) * length);
                double[] logits = streams.get(row)
                        .feed(backend.tensor(own, Shape.of(1, length)))
                        .toDoubles();
                System.arraycopy(logits, 0, result, row * logits.length, logits.length);
            }
            return result;
        }

        double[] finish() {
            return streams.stream()
                    .flatMap(stream -> stream.finish().tensors().values().stream())
                    .flatMapToDouble(tensor -> Arrays.stream(tensor.toDoubles()))
                    .toArray();
        }

        void close() {
            streams.forEach(SegmentStream::close);
        }
    }
}
