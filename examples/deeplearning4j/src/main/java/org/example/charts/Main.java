package org.example.charts;

import dev.mneme.backend.nd4j.pipeline.DataSetTask;
import dev.mneme.backend.nd4j.pipeline.SequenceFormat;
import dev.mneme.backend.nd4j.pipeline.SequenceNetwork;
import dev.mneme.backend.nd4j.pipeline.TokenBins;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.MnemeOptions;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.train.StepReport;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.task.Form;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.CompositeDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;

/**
 * Which kind is a control chart of? Records, iterator, normalizer and evaluation are Deeplearning4j's; the network between
 * them is a Recurrent Memory Transformer, which reads 20 measurements at a time and remembers the rest.
 */
public final class Main {
    /** A model this small is fastest on one thread: two would wait for each other after every operation. */
    private static final MnemeOptions OPTIONS = MnemeOptions.defaults().withThreads(1);

    private static final int BINS = 32;

    private Main() {}

    /** @param arguments the folder of the model */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        // First of all: the engine prepares what ND4J's natives find when they load.
        try (Mneme mneme = Mneme.open(OPTIONS)) {
            say("engine: %s", mneme.backend().info().name());
            DataSetIterator training = ControlCharts.draw(1200, 1);
            DataSetIterator validation = ControlCharts.draw(150, 2);
            DataSetIterator test = ControlCharts.draw(300, 3);
            NormalizerMinMaxScaler scaler = new NormalizerMinMaxScaler(0, 1);
            scaler.fit(training);
            for (DataSetIterator data : new DataSetIterator[] {training, validation, test}) {
                data.setPreProcessor(new CompositeDataSetPreProcessor(scaler, new TokenBins(BINS)));
            }

            SequenceFormat format = new SequenceFormat(Form.ENCODER, BINS, ControlCharts.KINDS.size());
            Map<String, Object> settings = Map.of(
                    "memory", "recurrent-memory-transformer", "memory.slots", 4,
                    "model.dim", 32, "model.layers", 1, "model.segment", 20,
                    "train.batch", 16, "train.steps", 50, "train.warmup", 10, "train.lr", 0.005);
            try (TrainingRun run = mneme.newRun(
                    settings, context -> DataSetTask.of(format, training, validation, test, context))) {
                run.resume(folder, new Progress());
            }

            try (Model model = mneme.load(folder)) {
                SequenceNetwork network = new SequenceNetwork(model.mechanism(), model.describe().task());
                Evaluation evaluation = network.evaluate(test, new Evaluation(ControlCharts.KINDS));
                say("%s", evaluation.stats());

                test.reset();
                DataSet batch = test.next();
                INDArray probabilities = network.output(batch.getFeatures());
                show(batch, probabilities);
                say("evaluated: %.0f charts, accuracy %.3f", (double) evaluation.getNumRowCounter(), evaluation.accuracy());
            }
        }
    }

    private static void show(DataSet batch, INDArray probabilities) {
        long last = probabilities.size(2) - 1;
        long predicted = probabilities.slice(0).getColumn(last).argMax().getLong();
        long actual = batch.getLabels().slice(0).getColumn(last).argMax().getLong();
        say(
                "first chart: %s with probability %.2f, it is %s",
                ControlCharts.KINDS.get((int) predicted),
                probabilities.getDouble(0, predicted, last),
                ControlCharts.KINDS.get((int) actual));
    }

    private static final class Progress implements TrainListener {
        @Override
        public void stepped(StepReport report) {
            if (report.step() % 20 == 0) {
                say("step %d of %d, loss %.3f", report.step(), report.steps(), report.loss());
            }
        }
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
