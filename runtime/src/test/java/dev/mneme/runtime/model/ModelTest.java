package dev.mneme.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.Controller;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Roles;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.support.MeanMemoryProvider;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ModelTest {
    private static final SmallTask TASK = SmallTask.of(SmallTask.Kind.STREAM);

    private TensorBackend backend;

    @BeforeEach
    void open() {
        backend = Small.Engine.REFERENCE.open();
    }

    @AfterEach
    void close() {
        assertThat(backend.memory().liveTensors()).isZero();
        backend.close();
    }

    @Test
    void idsThatTheModelDoesNotHaveAreRefusedBeforeTheEngineSeesThem() {
        long vocabulary = TASK.info().vocabulary();
        try (Model model = Small.model(backend, TASK, DType.F64, 0)) {
            SegmentBatch tooLarge = segment(new long[] {0, vocabulary}, new long[] {0, 0});
            assertRefused(() -> model.run(tooLarge, null, Pass.evaluation()), "token " + vocabulary + " at place 1");
            assertRefused(() -> model.advance(tooLarge, null, Pass.evaluation()), "token " + vocabulary);
            assertRefused(() -> model.stream(tooLarge, null, Pass.evaluation()), "token " + vocabulary);
            assertRefused(() -> model.tokens(new long[] {-1}, 1), "token -1 at place 0");

            SegmentBatch wrongLabel = segment(new long[] {0, 0}, new long[] {SegmentBatch.IGNORED, -2});
            assertRefused(() -> model.labels(wrongLabel), "label -2 at place 1 of the batch; the model has ids -1 to ");
        }
    }

    private static SegmentBatch segment(long[] tokens, long[] labels) {
        return new SegmentBatch(1, tokens.length, tokens, null, 0, null, labels, null);
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining(message);
    }

    @Test
    void aDescriptionThatWentThroughJsonBuildsTheSameModel() throws JsonProcessingException {
        try (Model model = Small.model(backend, TASK, DType.F64, 0.1)) {
            ObjectMapper json = new ObjectMapper();
            String text = json.writeValueAsString(model.describe().toMap());
            Map<String, Object> read = new LinkedHashMap<>();
            Map<?, ?> parsed = json.readValue(text, Map.class);
            parsed.forEach((key, value) -> read.put(String.valueOf(key), value));
            ModelDescription description = ModelDescription.fromMap(read);
            assertThat(description).isEqualTo(model.describe());
            try (Model again = ModelFactory.create(new MeanMemoryProvider(), description, backend)) {
                assertThat(again.parameters().keySet())
                        .isEqualTo(model.parameters().keySet());
                again.parameters()
                        .forEach((path, parameter) -> assertThat(
                                        parameter.value().toDoubles())
                                .isEqualTo(model.parameters().get(path).value().toDoubles()));
            }
        }
    }

    @Test
    void descriptionsSayWhereTheyDiffer() {
        try (Model model = Small.model(backend, TASK, DType.F32, 0.1);
                Model otherSeed = Small.model(new MeanMemoryProvider(), backend, TASK, DType.F32, 0.3, 9);
                Model other = Small.model(backend, SmallTask.of(SmallTask.Kind.ANSWER), DType.F64, 0)) {
            assertThat(model.describe().differences(otherSeed.describe())).isEmpty();
            assertThat(model.describe().differences(other.describe()))
                    .contains("task.form: DECODER, not ENCODER_DECODER", "dtype: F32, not F64");
        }
    }

    @Test
    void brokenDescriptionsNameTheKey() {
        Map<String, Object> map = new LinkedHashMap<>();
        try (Model model = Small.model(backend, TASK, DType.F32, 0)) {
            map.putAll(model.describe().toMap());
        }
        map.put("dtype", "F33");
        assertThatThrownBy(() -> ModelDescription.fromMap(map))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("CHECKPOINT_INVALID: description of a model, dtype: expected one of")
                .hasMessageContaining("found F33");
        map.remove("task");
        assertThatThrownBy(() -> ModelDescription.fromMap(map)).hasMessageContaining("task: expected a section");
    }

    @Test
    void rowsThatResetForgetTheOthersRemember() {
        try (Model model = Small.model(backend, TASK, DType.F64, 0);
                TensorScope scope = backend.scope()) {
            SegmentBatch plain =
                    TASK.windows(Split.TRAIN, 3, 1).window(0).segments().get(0);
            MemoryState state = MemoryState.of(Map.of("mean", backend.normal(Shape.of(3, 16), DType.F64, 1)));
            double[] fresh = next(model, with(plain, null), null);
            double[] remembered = next(model, with(plain, new boolean[3]), state);
            double[] mixed = next(model, with(plain, new boolean[] {false, true, false}), state);
            double[] all = next(model, with(plain, new boolean[] {true, true, true}), state);
            assertThat(Arrays.copyOfRange(mixed, 0, 16)).isEqualTo(Arrays.copyOfRange(remembered, 0, 16));
            assertThat(Arrays.copyOfRange(mixed, 16, 32))
                    .isEqualTo(Arrays.copyOfRange(fresh, 16, 32))
                    .isNotEqualTo(Arrays.copyOfRange(remembered, 16, 32));
            assertThat(all).isEqualTo(fresh);
        }
    }

    @Test
    void aStateBeyondItsSchemaIsThePluginsFault() {
        MemoryProvider<?> provider = changed(roles -> {
            Writer wrong = (trace, state, pass) -> Written.of(MemoryState.of(
                    Map.of("extra", trace.output().backend().zeros(Shape.of(2, 1), DType.F32))));
            return new Roles(
                    roles.memory(),
                    roles.reader(),
                    roles.writer(),
                    (reader, writer) -> roles.controllers().around(reader, wrong));
        });
        try (Model model = Small.model(provider, backend, TASK, DType.F32, 0, 1);
                TensorScope scope = backend.scope()) {
            SegmentBatch batch =
                    TASK.windows(Split.TRAIN, 2, 1).window(0).segments().get(0);
            assertThatThrownBy(() -> model.run(batch, null, Pass.evaluation()))
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining("PLUGIN_MISBEHAVED: state has entries [extra], its schema says []");
        }
    }

    @Test
    void aParameterListedTwiceIsRefusedAndNothingLeaks() {
        MemoryProvider<?> provider = changed(roles -> {
            Controller controller = roles.controllers().around(roles.reader(), roles.writer());
            Writer listing = new Writer() {
                @Override
                public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
                    return Written.of(MemoryState.empty());
                }

                @Override
                public Map<String, Parameter> parameters() {
                    return controller.parameters();
                }
            };
            return new Roles(roles.memory(), roles.reader(), listing, (reader, writer) -> controller);
        });
        assertThatThrownBy(() -> Small.model(provider, backend, TASK, DType.F32, 0, 1))
                .hasMessageContaining("PLUGIN_MISBEHAVED: memory 'changed' lists one parameter twice, as writer.");
    }

    /** The backbone without a memory, with a role exchanged. */
    private MemoryProvider<NoMemoryProvider.Config> changed(UnaryOperator<Roles> change) {
        NoMemoryProvider plain = new NoMemoryProvider();
        return new MemoryProvider<>() {
            @Override
            public String name() {
                return "changed";
            }

            @Override
            public MemoryDescription description() {
                return plain.description();
            }

            @Override
            public Class<NoMemoryProvider.Config> configType() {
                return NoMemoryProvider.Config.class;
            }

            @Override
            public Roles roles(NoMemoryProvider.Config config, MechanismContext context) {
                return change.apply(plain.roles(config, context));
            }
        };
    }

    private static SegmentBatch with(SegmentBatch batch, boolean[] reset) {
        return new SegmentBatch(batch.rows(), batch.length(), batch.tokens(), null, 0, null, batch.labels(), reset);
    }

    private static double[] next(Model model, SegmentBatch batch, MemoryState state) {
        return model.run(batch, state, Pass.evaluation()).next().get("mean").toDoubles();
    }
}
