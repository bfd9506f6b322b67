package dev.mneme.runtime.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.Trainer;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class EvaluatorTest {
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
    void streamsAreScoredLabelByLabelWithTheStateCarriedOver() {
        SmallTask task = SmallTask.of(SmallTask.Kind.STREAM);
        try (Model model = Small.model(backend, task, DType.F64, 0.5)) {
            Metrics metrics = new Evaluator(model, task, 3).evaluate(Split.VALIDATION, 2);
            Map<String, Double> expected = byHand(model, task);
            assertThat(metrics.values()).containsOnlyKeys("loss", "accuracy", "perplexity", "bits_per_byte", "labels");
            assertThat(metrics.loss()).isEqualTo(expected.get("loss"), within(1e-12));
            assertThat(metrics.accuracy()).isEqualTo(expected.get("accuracy"), within(1e-12));
            assertThat(metrics.values().get("labels")).isEqualTo(expected.get("labels"));
            assertThat(metrics.values().get("perplexity")).isEqualTo(Math.exp(expected.get("loss")), within(1e-9));
            assertThat(metrics.values().get("bits_per_byte"))
                    .isEqualTo(expected.get("loss") / Math.log(2) / 2, within(1e-12));
        }
    }

    @Test
    void sequencesAreAlsoScoredAsAWhole() {
        SmallTask task = SmallTask.of(SmallTask.Kind.RECALL);
        try (Model model = Small.model(backend, task, DType.F64, 0)) {
            Metrics metrics = new Evaluator(model, task, 3).evaluate(Split.TEST, 0);
            assertThat(metrics.values()).containsEntry("labels", 24.0).containsEntry("chance", 0.125);
            // One label a sequence: right labels are right sequences.
            assertThat(metrics.get("exact")).hasValue(metrics.accuracy());
        }
    }

    @Test
    void generatedTargetsAreScoredByTheTask() {
        SmallTask task = SmallTask.of(SmallTask.Kind.ANSWER);
        try (TensorBackend fast = Small.Engine.LIBTORCH.open();
                Model model = Small.model(fast, task, DType.F32, 0)) {
            Evaluator evaluator = new Evaluator(model, task, 8);
            assertThat(evaluator.evaluate(Split.TEST, 0).get("same").orElseThrow())
                    .isLessThan(0.2);
            new Trainer(
                            model,
                            task,
                            Small.config(Map.of("steps", 300, "batch", 32, "lr", 0.01)),
                            1,
                            null,
                            TrainListener.NONE)
                    .train();
            Metrics trained = evaluator.evaluate(Split.TEST, 0);
            assertThat(trained.get("same").orElseThrow()).isGreaterThan(0.8);
            assertThat(trained.get("exact").orElseThrow()).isGreaterThan(0.8);
        }
    }

    @Test
    void residentMemoryIsKnown() {
        assertThat(ProcessMemory.peakBytes()).isGreaterThanOrEqualTo(ProcessMemory.residentBytes() / 2);
        assertThat(ProcessMemory.residentBytes()).isGreaterThan(10L << 20);
    }

    private Map<String, Double> byHand(Model model, SmallTask task) {
        WindowSource source = task.windows(Split.VALIDATION, 3, 99);
        double loss = 0;
        long correct = 0;
        long labels = 0;
        try (TensorScope scope = backend.scope()) {
            MemoryState state = null;
            for (int position = 0; position < 2; position++) {
                Window window = source.window(position);
                for (SegmentBatch batch : window.segments()) {
                    StepResult result = model.run(batch, state, Pass.evaluation());
                    state = result.next();
                    double[] log = result.logits().logSoftmax(-1).toDoubles();
                    long[] best = result.logits().argmax(-1, false).toLongs();
                    for (int i = 0; i < batch.labels().length; i++) {
                        int label = (int) batch.labels()[i];
                        if (label >= 0) {
                            labels++;
                            loss -= log[i * SmallTask.SYMBOLS + label];
                            correct += best[i] == label ? 1 : 0;
                        }
                    }
                }
            }
        }
        return Map.of("loss", loss / labels, "accuracy", (double) correct / labels, "labels", (double) labels);
    }
}
