package dev.mneme.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.error.MnemeException;
import dev.mneme.nn.Parameter;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training the streams of a batch in groups beside training them together. */
final class StreamGroupsTest {
    private static final SmallTask STREAM = SmallTask.of(SmallTask.Kind.STREAM);

    /** What a run leaves: the losses of its steps, auxiliary ones included, and its parameters. */
    private record Trained(List<StepReport> steps, Map<String, double[]> parameters) {}

    @ParameterizedTest
    @EnumSource(Small.Engine.class)
    void groupsTrainAsTheWholeBatchDoesInEveryScheme(Small.Engine engine) {
        for (TrainConfig.Bptt bptt : TrainConfig.Bptt.values()) {
            Map<String, Object> settings = Map.of("bptt", bptt.name(), "batch", 4, "accumulate", 2, "steps", 6);
            Trained together = train(engine, settings, 1, 0);
            Trained groups = train(engine, settings, 2, 0);
            Trained single = train(engine, settings, 4, 0);
            assertSame(groups, together);
            assertSame(single, together);
        }
    }

    @ParameterizedTest
    @EnumSource(Small.Engine.class)
    void runsWithDropoutRepeat(Small.Engine engine) {
        Map<String, Object> settings = Map.of("batch", 4, "steps", 6);
        assertSame(train(engine, settings, 2, 0.3), train(engine, settings, 2, 0.3));
    }

    @Test
    void streamsThatCannotBeSplitEvenlyAreRefused() {
        assertThatThrownBy(() -> Small.config(Map.of("batch", 6, "workers", 4)))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("workers (4) must divide batch (6)");
    }

    private static Trained train(Small.Engine engine, Map<String, Object> settings, int workers, double dropout) {
        Map<String, Object> all = new LinkedHashMap<>(settings);
        all.put("workers", workers);
        List<StepReport> steps = new ArrayList<>();
        TrainListener collecting = new TrainListener() {
            @Override
            public void stepped(StepReport report) {
                steps.add(report);
            }
        };
        try (TensorBackend backend = engine.open()) {
            Map<String, double[]> parameters = new LinkedHashMap<>();
            try (Model model = Small.model(backend, STREAM, DType.F64, dropout)) {
                new Trainer(model, STREAM, Small.config(all), 1, null, collecting).train();
                for (Map.Entry<String, Parameter> entry : model.parameters().entrySet()) {
                    try (Tensor value = entry.getValue().value().detach()) {
                        parameters.put(entry.getKey(), value.toDoubles());
                    }
                }
            }
            assertThat(backend.memory().liveTensors()).isZero();
            return new Trained(steps, parameters);
        }
    }

    private static void assertSame(Trained actual, Trained expected) {
        assertThat(actual.steps()).hasSameSizeAs(expected.steps());
        for (int i = 0; i < expected.steps().size(); i++) {
            StepReport step = actual.steps().get(i);
            StepReport other = expected.steps().get(i);
            assertThat(step.loss()).isEqualTo(other.loss(), within(1e-9));
            assertThat(step.gradientNorm()).isEqualTo(other.gradientNorm(), within(1e-9));
            assertThat(step.auxiliary().keySet()).isEqualTo(other.auxiliary().keySet());
            step.auxiliary()
                    .forEach((name, loss) ->
                            assertThat(loss).isEqualTo(other.auxiliary().get(name), within(1e-9)));
        }
        actual.parameters()
                .forEach((name, values) -> assertThat(values)
                        .as(name)
                        .containsExactly(expected.parameters().get(name), within(1e-8)));
    }
}
