package dev.mneme.backend.nd4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.TaskContext;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

final class DataSetTaskTest {
    private static final SequenceFormat FORMAT = new SequenceFormat(Form.ENCODER, 10, 3);
    private static final TaskContext CONTEXT = new TaskContext(4, 1, Path.of("none"));
    private static final long X = SegmentBatch.IGNORED;

    /** Two sequences of five and three steps. */
    private static final INDArray FEATURES = Nd4j.createFromArray(new float[][] {{1, 2, 3, 4, 5}, {6, 7, 8, 0, 0}});

    private static final INDArray MASK = Nd4j.createFromArray(new float[][] {{1, 1, 1, 1, 1}, {1, 1, 1, 0, 0}});

    static List<Arguments> layouts() {
        INDArray steps = Nd4j.zeros(2, 3, 5);
        for (int step = 0; step < 5; step++) {
            steps.putScalar(0, step % 3, step, 1);
            steps.putScalar(1, 2, step, 1);
        }
        INDArray indices = Nd4j.createFromArray(new int[][][] {{{0, 1, 2, 0, 1}}, {{2, 2, 2, 2, 2}}});
        INDArray scored = Nd4j.createFromArray(new float[][] {{0, 1, 0, 1, 0}, {1, 0, 0, 0, 0}});
        INDArray last = Nd4j.createFromArray(new float[][] {{0, 0, 1}, {0, 1, 0}});
        INDArray lastIndex = Nd4j.createFromArray(new long[][] {{2}, {1}});
        List<Long> everyStep = List.of(0L, 1L, 2L, 0L, 1L, 2L, 2L, 2L);
        List<Long> someSteps = List.of(X, 1L, X, 0L, X, 2L, X, X);
        List<Long> lastStep = List.of(X, X, X, X, 2L, X, X, 1L);
        return List.of(
                Arguments.of("one-hot, every step", FEATURES, steps, null, everyStep),
                Arguments.of("index, every step", FEATURES.castTo(DataType.INT32), indices, null, everyStep),
                Arguments.of("one-hot, some steps", FEATURES.reshape(2, 1, 5), steps, scored, someSteps),
                Arguments.of("index, some steps", FEATURES.dup('f'), indices, scored, someSteps),
                Arguments.of("one-hot, sequence", FEATURES.castTo(DataType.INT64), last, null, lastStep),
                Arguments.of("index, sequence", FEATURES, lastIndex, null, lastStep));
    }

    @ParameterizedTest(name = "{0}", autoCloseArguments = false)
    @MethodSource("layouts")
    void everyLayoutOfDeeplearning4jIsRead(
            String name, INDArray features, INDArray labels, INDArray labelsMask, List<Long> expected) {
        List<Sequence> rows = new SequenceReader(FORMAT).read(new DataSet(features, labels, MASK, labelsMask));
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).tokens()).containsExactly(1, 2, 3, 4, 5);
        assertThat(rows.get(1).tokens()).containsExactly(6, 7, 8);
        assertThat(rows.stream().flatMapToLong(row -> LongStream.of(row.labels())))
                .containsExactlyElementsOf(expected);
    }

    static Stream<Arguments> mistakes() {
        INDArray last = Nd4j.createFromArray(new float[][] {{0, 0, 1}, {0, 1, 0}});
        INDArray channels = Nd4j.zeros(2, 4, 5);
        INDArray half = FEATURES.dup();
        half.putScalar(1, 2, 4.5);
        INDArray ten = FEATURES.dup();
        ten.putScalar(0, 4, 10);
        INDArray gap = Nd4j.createFromArray(new float[][] {{1, 1, 1, 1, 1}, {1, 0, 1, 0, 0}});
        INDArray late = Nd4j.createFromArray(new float[][] {{1, 1, 1, 1, 1}, {0, 0, 1, 1, 1}});
        INDArray soft = Nd4j.createFromArray(new float[][] {{0, 0.5f, 0.5f}, {0, 1, 0}});
        INDArray none = Nd4j.zeros(2, 3);
        INDArray steps = Nd4j.zeros(2, 1, 5);
        INDArray all = Nd4j.ones(2, 5);
        return Stream.of(
                Arguments.of(channels, last, null, null, "SHAPE_MISMATCH", "features: expected token ids", "(2, 4, 5)"),
                Arguments.of(
                        half,
                        last,
                        null,
                        null,
                        "DATA_UNREADABLE",
                        "features, row 1, step 2: expected token ids from 0 to 9, got 4.5",
                        "TokenBins"),
                Arguments.of(ten, last, null, null, "DATA_UNREADABLE", "features, row 0, step 4", "got 10.0"),
                Arguments.of(
                        FEATURES,
                        last,
                        gap,
                        null,
                        "DATA_UNREADABLE",
                        "features mask, row 1, step 2",
                        "padding behind it"),
                Arguments.of(
                        FEATURES, last, late, null, "DATA_UNREADABLE", "features mask, row 1, step 0", "ALIGN_START"),
                Arguments.of(
                        FEATURES,
                        last,
                        Nd4j.ones(2, 4),
                        null,
                        "SHAPE_MISMATCH",
                        "features mask: expected (2, 5)",
                        "(2, 4)"),
                Arguments.of(
                        FEATURES,
                        soft,
                        null,
                        null,
                        "DATA_UNREADABLE",
                        "labels, row 0, step 4: expected a 1 for one class",
                        "got 0.5"),
                Arguments.of(
                        FEATURES, none, null, null, "DATA_UNREADABLE", "labels, row 0, step 4", "a 1 for one class"),
                Arguments.of(
                        FEATURES,
                        Nd4j.zeros(2, 4),
                        null,
                        null,
                        "SHAPE_MISMATCH",
                        "(2, 3, length) or (2, 1, length) for every step, (2, 3) or (2, 1) for the sequence",
                        "(2, 4)"),
                Arguments.of(FEATURES, Nd4j.zeros(3, 3), null, null, "SHAPE_MISMATCH", "labels", "(3, 3)"),
                Arguments.of(
                        FEATURES,
                        Nd4j.zeros(2, 1, 4),
                        null,
                        null,
                        "SHAPE_MISMATCH",
                        "labels: expected 5 steps",
                        "(2, 1, 4)"),
                Arguments.of(
                        FEATURES,
                        Nd4j.ones(2, 1).mul(3),
                        null,
                        null,
                        "DATA_UNREADABLE",
                        "labels, row 0, step 4: expected classes from 0 to 2",
                        "got 3.0"),
                Arguments.of(
                        FEATURES,
                        steps,
                        MASK,
                        all,
                        "DATA_UNREADABLE",
                        "labels mask, row 1, step 3: expected 0 where the features mask has padding",
                        "got 1"),
                Arguments.of(
                        FEATURES,
                        steps,
                        null,
                        Nd4j.ones(2, 3),
                        "SHAPE_MISMATCH",
                        "labels mask: expected (2, 5)",
                        "(2, 3)"),
                Arguments.of(FEATURES, null, null, null, "SHAPE_MISMATCH", "labels: expected an array", "none"));
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("mistakes")
    void whatDoesNotFitIsNamed(
            INDArray features,
            INDArray labels,
            INDArray mask,
            INDArray labelsMask,
            String code,
            String expected,
            String found) {
        assertThatThrownBy(() -> new SequenceReader(FORMAT).read(new DataSet(features, labels, mask, labelsMask)))
                .isInstanceOf(MnemeException.class)
                .hasMessageStartingWith(code + ": reading a data set, ")
                .hasMessageContaining(expected)
                .hasMessageContaining(found);
    }

    @Test
    void sequencesAreCutIntoSegmentsAndPadded() {
        DataSetTask task = task(2);
        assertThat(task.info().form()).isEqualTo(Form.ENCODER);
        assertThat(task.info().vocabulary()).isEqualTo(10);
        assertThat(task.info().targetVocabulary()).isEqualTo(3);
        assertThat(task.info().maxLength()).isEqualTo(4);

        Window window = task.windows(Split.TEST, 2, 0).window(0);
        assertThat(window.carriesState()).isFalse();
        assertThat(window.segments()).hasSize(2);
        SegmentBatch first = window.segments().get(0);
        assertThat(first.tokens()).containsExactly(1, 2, 3, 4, 6, 7, 8, 0);
        assertThat(first.valid()).containsExactly(true, true, true, true, true, true, true, false);
        assertThat(first.labels()).containsExactly(X, X, X, X, X, X, 1, X);
        SegmentBatch second = window.segments().get(1);
        assertThat(second.tokens()).containsExactly(5, 0, 0, 0, 0, 0, 0, 0);
        assertThat(second.valid()).containsExactly(true, false, false, false, true, true, true, true);
        assertThat(second.labels()).containsExactly(2, X, X, X, X, X, X, X);
    }

    @Test
    void everyEpochReadsAllSequencesInAnotherOrder() {
        DataSetTask task = task(20);
        assertThat(task.windows(Split.TRAIN, 3, 1).size()).isEqualTo(13);
        List<Long> one = firstTokens(task.windows(Split.TRAIN, 4, 1));
        assertThat(one).hasSize(40).isEqualTo(firstTokens(task.windows(Split.TRAIN, 4, 1)));
        assertThat(one).isNotEqualTo(firstTokens(task.windows(Split.TRAIN, 4, 2)));
        assertThat(one.stream().sorted())
                .containsExactlyElementsOf(firstTokens(task.windows(Split.TRAIN, 4, 2)).stream()
                        .sorted()
                        .toList());
    }

    @Test
    void evaluationReadsAllSequencesInTheirOrder() {
        WindowSource test = task(3).windows(Split.TEST, 4, 9);
        assertThat(test.size()).isEqualTo(2);
        assertThat(test.window(1).segments().get(0).rows()).isEqualTo(2);
        assertThat(firstTokens(test)).containsExactly(1L, 6L, 1L, 6L, 1L, 6L);
    }

    @Test
    void anIteratorThatIsAtItsEndIsRefused() {
        DataSetIterator data = iterator(1);
        DataSetIterator used = new OnceOnly(iterator(1));
        used.next();
        assertThatThrownBy(() -> DataSetTask.of(FORMAT, data, used, data, CONTEXT))
                .hasMessageContaining("DATA_UNREADABLE")
                .hasMessageContaining("VALIDATION")
                .hasMessageContaining("cannot be reset");
    }

    @Test
    void formatsThatNoModelHasAreRefused() {
        assertThatThrownBy(() -> new SequenceFormat(Form.ENCODER_DECODER, 10, 3))
                .hasMessageContaining("ENCODER_DECODER");
        assertThatThrownBy(() -> new SequenceFormat(Form.ENCODER, 10, 1)).hasMessageContaining("2 classes");
    }

    @Test
    void idsAreTextForPeople() {
        DataSetTask task = task(1);
        assertThat(task.renderInput(new long[] {3, 4})).isEqualTo("3 4");
        assertThat(task.renderTarget(new long[] {X, 2, X})).isEqualTo("2");
        assertThat(task.parseInput(" 3  4 ")).containsExactly(3, 4);
        assertThat(task.parseInput("")).isEmpty();
    }

    private static List<Long> firstTokens(WindowSource source) {
        List<Long> tokens = new ArrayList<>();
        for (long position = 0; position < source.size(); position++) {
            SegmentBatch segment = source.window(position).segments().get(0);
            for (int row = 0; row < segment.rows(); row++) {
                tokens.add(segment.tokens()[row * segment.length()]);
            }
        }
        return tokens;
    }

    /** Twice as many sequences as repeats. */
    private static DataSetTask task(int repeats) {
        return DataSetTask.of(FORMAT, iterator(repeats), iterator(repeats), iterator(repeats), CONTEXT);
    }

    private static DataSetIterator iterator(int repeats) {
        INDArray last = Nd4j.createFromArray(new float[][] {{0, 0, 1}, {0, 1, 0}});
        return new SingletonDataSetIterator(new DataSet(
                Nd4j.repeat(FEATURES, repeats).reshape(2L * repeats, 5),
                Nd4j.repeat(last, repeats).reshape(2L * repeats, 3),
                Nd4j.repeat(MASK, repeats).reshape(2L * repeats, 5),
                null));
    }
}
