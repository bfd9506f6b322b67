package org.example.charts;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.datavec.api.records.reader.SequenceRecordReader;
import org.datavec.api.records.reader.impl.collection.CollectionSequenceRecordReader;
import org.datavec.api.writable.DoubleWritable;
import org.datavec.api.writable.IntWritable;
import org.datavec.api.writable.Writable;
import org.deeplearning4j.datasets.datavec.SequenceRecordReaderDataSetIterator;
import org.deeplearning4j.datasets.datavec.SequenceRecordReaderDataSetIterator.AlignmentMode;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * Control charts of a process, drawn by the formulas of the UCI data set "Synthetic Control Chart Time Series" (Alcock and
 * Manolopoulos, 1999): 60 measurements each, of six kinds.
 */
final class ControlCharts {
    static final List<String> KINDS = List.of("normal", "cyclic", "rising", "falling", "shifted up", "shifted down");
    private static final int LENGTH = 60;
    private static final int BATCH = 50;

    private ControlCharts() {}

    /** Features (batch, 1, 60); labels (batch, 6, 60), one-hot and masked but for the last step. */
    static DataSetIterator draw(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<List<List<Writable>>> charts = new ArrayList<>();
        List<List<List<Writable>>> kinds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int kind = random.nextInt(KINDS.size());
            charts.add(chart(kind, random));
            kinds.add(List.of(List.of(new IntWritable(kind))));
        }
        SequenceRecordReader features = new CollectionSequenceRecordReader(charts);
        SequenceRecordReader labels = new CollectionSequenceRecordReader(kinds);
        return new SequenceRecordReaderDataSetIterator(
                features, labels, BATCH, KINDS.size(), false, AlignmentMode.ALIGN_END);
    }

    private static List<List<Writable>> chart(int kind, SplittableRandom random) {
        double amplitude = 10 + 5 * random.nextDouble();
        double period = 10 + 5 * random.nextDouble();
        double gradient = 0.2 + 0.3 * random.nextDouble();
        double shift = 7.5 + 12.5 * random.nextDouble();
        int shiftedFrom = LENGTH / 3 + random.nextInt(LENGTH / 3);
        List<List<Writable>> chart = new ArrayList<>();
        for (int t = 0; t < LENGTH; t++) {
            double usual = 30 + 2 * (6 * random.nextDouble() - 3);
            double change = switch (kind) {
                case 0 -> 0;
                case 1 -> amplitude * Math.sin(2 * Math.PI * t / period);
                case 2 -> gradient * t;
                case 3 -> -gradient * t;
                case 4 -> t < shiftedFrom ? 0 : shift;
                default -> t < shiftedFrom ? 0 : -shift;
            };
            chart.add(List.of(new DoubleWritable(usual + change)));
        }
        return chart;
    }
}
