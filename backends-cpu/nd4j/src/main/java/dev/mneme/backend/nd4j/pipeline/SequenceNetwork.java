package dev.mneme.backend.nd4j.pipeline;

import dev.mneme.backend.nd4j.Nd4jInterop;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.TaskInfo;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.evaluation.IEvaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A trained model with the methods that Deeplearning4j's networks have.
 *
 * <pre>{@code
 * SequenceNetwork network = new SequenceNetwork(model.mechanism(), model.describe().task());
 * INDArray probabilities = network.output(features, featuresMask);
 * System.out.println(network.evaluate(test, new Evaluation()).stats());
 * }</pre>
 *
 * <p>The model stays the caller's and must be open. Thread-safe as long as nobody trains it.
 */
public final class SequenceNetwork {
    private final Mechanism mechanism;
    private final TaskInfo task;
    private final SequenceReader reader;

    /**
     * Any model of sequences in this format; it need not have been trained on a {@link DataSetTask}.
     *
     * @param task what the model was told of its task
     * @throws dev.mneme.error.MnemeException ({@code CONFIG_INVALID}) for an encoder-decoder
     */
    public SequenceNetwork(Mechanism mechanism, TaskInfo task) {
        this.mechanism = mechanism;
        this.task = task;
        this.reader = new SequenceReader(new SequenceFormat(task.form(), task.vocabulary(), task.targetVocabulary()));
    }

    /** As {@link #output(INDArray, INDArray)}, where no row is padded. */
    public INDArray output(INDArray features) {
        return output(features, null);
    }

    /**
     * Probabilities of all classes at every step.
     *
     * @param features token ids, (batch, length) or (batch, 1, length)
     * @param featuresMask (batch, length), 1 = token; null when all are
     * @return (batch, classes, length), FLOAT, 0 at padded steps; the caller closes it
     * @throws dev.mneme.error.MnemeException ({@code SHAPE_MISMATCH} or {@code DATA_UNREADABLE}) naming what does not
     *     fit the {@link SequenceFormat}
     */
    public INDArray output(INDArray features, @Nullable INDArray featuresMask) {
        return output(reader.read(features, featuresMask), SequenceReader.length(features));
    }

    /**
     * Adds all predictions of labelled steps to an evaluation, such as {@code new Evaluation()} or {@code new ROC()}.
     *
     * @param data is reset before; with labels in any of the shapes of {@link SequenceFormat}
     * @return the evaluation
     */
    public <E extends IEvaluation<?>> E evaluate(DataSetIterator data, E evaluation) {
        if (data.resetSupported()) {
            data.reset();
        }
        while (data.hasNext()) {
            DataSet batch = data.next();
            List<Sequence> rows = reader.read(batch);
            long length = SequenceReader.length(batch.getFeatures());
            INDArray labels = Nd4j.zeros(DataType.FLOAT, rows.size(), task.targetVocabulary(), length);
            INDArray scored = Nd4j.zeros(DataType.FLOAT, rows.size(), length);
            try (INDArray predictions = output(rows, length)) {
                for (int row = 0; row < rows.size(); row++) {
                    long[] classes = rows.get(row).labels();
                    for (int step = 0; step < classes.length; step++) {
                        if (classes[step] != SegmentBatch.IGNORED) {
                            labels.putScalar(new long[] {row, classes[step], step}, 1);
                            scored.putScalar(row, step, 1);
                        }
                    }
                }
                evaluation.eval(labels, predictions, scored);
            } finally {
                labels.close();
                scored.close();
            }
        }
        return evaluation;
    }

    private INDArray output(List<Sequence> rows, long length) {
        TensorBackend backend =
                mechanism.parameters().values().iterator().next().value().backend();
        try (GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            List<Tensor> parts = new ArrayList<>();
            MemoryState state = mechanism.memory().initialState(rows.size());
            for (SegmentBatch batch : Segments.of(rows, task.maxLength())) {
                StepResult result = mechanism.controller().step(upload(batch, backend), state, Pass.evaluation());
                state = result.next();
                parts.add(result.logits().softmax(-1));
            }
            Tensor steps = fit(backend.concat(parts, 1), length, backend);
            return Nd4jInterop.toNd4j(steps.mul(tokens(rows, length, backend)).permute(0, 2, 1));
        }
    }

    private static Segment upload(SegmentBatch batch, TensorBackend backend) {
        Shape shape = Shape.of(batch.rows(), batch.length());
        boolean[] valid = batch.valid();
        return new Segment(
                backend.tensor(batch.tokens(), shape), valid == null ? null : backend.tensor(valid, shape), null);
    }

    /** Cut to the length, or filled up where every row is padded. */
    private static Tensor fit(Tensor steps, long length, TensorBackend backend) {
        long missing = length - steps.size(1);
        if (missing <= 0) {
            return steps.slice(1, 0, length);
        }
        Shape rest = Shape.of(steps.size(0), missing, steps.size(2));
        return backend.concat(List.of(steps, backend.full(rest, 0, steps.dtype())), 1);
    }

    /** (batch, length, 1), 1 where a row has a token. */
    private static Tensor tokens(List<Sequence> rows, long length, TensorBackend backend) {
        int width = Math.toIntExact(length);
        float[] tokens = new float[rows.size() * width];
        for (int row = 0; row < rows.size(); row++) {
            Arrays.fill(tokens, row * width, row * width + rows.get(row).length(), 1);
        }
        return backend.tensor(tokens, Shape.of(rows.size(), width, 1));
    }
}
