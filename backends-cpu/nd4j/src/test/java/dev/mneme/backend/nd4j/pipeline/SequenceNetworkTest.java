package dev.mneme.backend.nd4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

final class SequenceNetworkTest {
    private static final int CLASSES = 4;
    private static final INDArray FEATURES =
            Nd4j.createFromArray(new int[][] {{2, 0, 0, 0, 0, 0, 0}, {3, 1, 1, 0, 0, 0, 0}, {1, 2, 3, 0, 1, 0, 0}});
    private static final INDArray MASK =
            Nd4j.createFromArray(new float[][] {{1, 1, 1, 1, 1, 1, 0}, {1, 1, 1, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 0, 0}});

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theMemoryConnectsSegmentsAndPaddingIsZero(TestEngine engine) {
        TensorBackend backend = engine.backend();
        long before = backend.memory().liveTensors();
        try (Mechanism mechanism = FirstToken.mechanism(backend, CLASSES, 2)) {
            INDArray output = new SequenceNetwork(mechanism, task(Form.ENCODER, 3)).output(FEATURES, MASK);
            assertThat(output.shape()).containsExactly(3, CLASSES, 7);
            assertThat(output.dataType()).isEqualTo(DataType.FLOAT);
            double likely = Math.exp(2) / (Math.exp(2) + CLASSES - 1);
            for (int row = 0; row < 3; row++) {
                for (int step = 0; step < 7; step++) {
                    for (int label = 0; label < CLASSES; label++) {
                        double expected = label == FEATURES.getInt(row, 0) ? likely : (1 - likely) / (CLASSES - 1);
                        assertThat(output.getDouble(row, label, step))
                                .as("row %d, class %d, step %d", row, label, step)
                                .isCloseTo(MASK.getDouble(row, step) * expected, within(1e-6));
                    }
                }
            }
        }
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void oneSegmentIsWhatTheModelSays(TestEngine engine) {
        TensorBackend backend = engine.backend();
        TaskInfo task = task(Form.DECODER, 7);
        BackboneConfig model =
                Settings.bind("model", BackboneConfig.class, Map.of("dim", 8, "heads", 2, "embedding_std", 1));
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F32, 1), model, task);
        try (Mechanism mechanism = new NoMemoryProvider().create(new NoMemoryProvider.Config(), context);
                TensorScope scope = backend.scope()) {
            double[] expected = mechanism
                    .controller()
                    .step(
                            new Segment(backend.tensor(ids(), Shape.of(3, 7)), null, null),
                            MemoryState.empty(),
                            Pass.evaluation())
                    .logits()
                    .softmax(-1)
                    .permute(0, 2, 1)
                    .toDoubles();
            INDArray output = new SequenceNetwork(mechanism, task).output(FEATURES.reshape(3, 1, 7));
            double[] found = output.castTo(DataType.DOUBLE).data().asDouble();
            assertThat(found).containsExactly(expected, within(1e-6));
        }
    }

    private static long[] ids() {
        return FEATURES.castTo(DataType.INT64).ravel().toLongVector();
    }

    @Test
    void evaluationsCountTheLabelledStepsOfEveryLayout() {
        TensorBackend backend = TestEngine.all().get(0).backend();
        try (Mechanism mechanism = FirstToken.mechanism(backend, CLASSES, 5)) {
            SequenceNetwork network = new SequenceNetwork(mechanism, task(Form.ENCODER, 2));
            // The second row is wrong.
            INDArray indices = Nd4j.createFromArray(new float[][] {{2}, {0}, {1}});
            INDArray oneHot = Nd4j.createFromArray(new float[][] {{0, 0, 1, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}});
            for (INDArray labels : List.of(indices, oneHot)) {
                Evaluation evaluation = evaluate(network, labels, null);
                assertThat(evaluation.getNumRowCounter()).isEqualTo(3);
                assertThat(evaluation.accuracy()).isCloseTo(2.0 / 3, within(1e-9));
                assertThat(evaluation.getConfusionMatrix().getCount(0, 3)).isEqualTo(1);
            }

            INDArray steps = Nd4j.zeros(3, 1, 7).addi(2);
            INDArray scored = Nd4j.createFromArray(
                    new float[][] {{1, 0, 0, 0, 0, 1, 0}, {0, 1, 1, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0}});
            Evaluation evaluation = evaluate(network, steps, scored);
            assertThat(evaluation.getNumRowCounter()).isEqualTo(5);
            assertThat(evaluation.accuracy()).isCloseTo(2.0 / 5, within(1e-9));
        }
    }

    private static Evaluation evaluate(SequenceNetwork network, INDArray labels, INDArray labelsMask) {
        return network.evaluate(
                new SingletonDataSetIterator(new DataSet(FEATURES, labels, MASK, labelsMask)), new Evaluation(CLASSES));
    }

    @Test
    void featuresThatAreNoTokensAreRefused() {
        TensorBackend backend = TestEngine.all().get(0).backend();
        try (Mechanism mechanism = FirstToken.mechanism(backend, CLASSES, 5)) {
            SequenceNetwork network = new SequenceNetwork(mechanism, task(Form.ENCODER, 2));
            assertThatThrownBy(() -> network.output(Nd4j.createFromArray(new float[][] {{0.3f, 2}})))
                    .hasMessageContaining("features, row 0, step 0: expected token ids from 0 to 3, got 0.3");
            TaskInfo translation = new TaskInfo(Form.ENCODER_DECODER, 4, 4, 4, 4, 0, 1, Double.NaN, Double.NaN);
            assertThatThrownBy(() -> new SequenceNetwork(mechanism, translation))
                    .hasMessageContaining("CONFIG_INVALID");
        }
    }

    private static TaskInfo task(Form form, int segmentLength) {
        return new TaskInfo(form, CLASSES, CLASSES, segmentLength, 0, -1, -1, Double.NaN, Double.NaN);
    }
}
