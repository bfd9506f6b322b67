package dev.mneme.tasks.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.config.Settings;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskProvider;
import dev.mneme.task.Window;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tasks whose number of segments is a setting. */
final class SegmentTasksTest {
    private static final long IGNORED = SegmentBatch.IGNORED;

    private static <C extends Record> Task make(TaskProvider<C> provider, int segmentLength, Map<String, ?> settings) {
        return provider.create(
                Settings.bind("task", provider.configType(), settings),
                new TaskContext(segmentLength, 1, Path.of("data")));
    }

    private static Task delayedCopy(int segmentLength, Map<String, ?> settings) {
        return make(new DelayedCopyProvider(), segmentLength, settings);
    }

    private static Task segmentCopy(int segmentLength, Map<String, ?> settings) {
        return make(new SegmentCopyProvider(), segmentLength, settings);
    }

    private static Task associative(int segmentLength, Map<String, ?> settings) {
        return make(new AssociativeRetrievalProvider(), segmentLength, settings);
    }

    private static List<SegmentBatch> segments(Task task, long position) {
        return task.windows(Split.TRAIN, 1, 5).window(position).segments();
    }

    /** The last {@code count} values. */
    private static long[] tail(long[] values, int count) {
        return Arrays.copyOfRange(values, values.length - count, values.length);
    }

    @Test
    void delayedCopyIsTheExperimentOfTheMemformerSpecification() {
        Task task = delayedCopy(8, Map.of("segments", 4));
        List<SegmentBatch> segments = segments(task, 0);
        assertThat(segments).hasSize(4).allMatch(segment -> segment.length() == 8 && segment.valid() == null);
        long[] first = segments.get(0).tokens();
        assertThat(LongStream.of(first).limit(4)).allMatch(id -> id >= 5 && id < 13);
        assertThat(LongStream.of(first).skip(4)).allMatch(id -> id >= 13 && id < 21);
        for (int middle = 1; middle < 3; middle++) {
            assertThat(LongStream.of(segments.get(middle).tokens())).allMatch(id -> id >= 13 && id < 21);
        }
        assertThat(segments.get(3).tokens()).containsOnly(3);
        for (SegmentBatch unscored : segments.subList(0, 3)) {
            assertThat(unscored.decoderLength()).isEqualTo(1);
            assertThat(unscored.decoderTokens()).containsExactly(1);
            assertThat(unscored.labels()).containsExactly(IGNORED);
        }
        assertThat(segments.get(3).labels()).containsExactly(Arrays.copyOf(first, 4));
        assertThat(segments.get(3).decoderTokens()).containsExactly(1, first[0], first[1], first[2]);
        assertThat(segments.get(3).decoderLength()).isEqualTo(4);
        assertThat(task.info().form()).isEqualTo(Form.ENCODER_DECODER);
        assertThat(task.info().vocabulary()).isEqualTo(21);
        assertThat(task.info().maxLength()).isEqualTo(8);
        assertThat(task.info().maxTargetLength()).isEqualTo(4);
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.125);
    }

    @Test
    void delayedCopyForADecoderScoresTheEndOfTheLastSegment() {
        List<SegmentBatch> segments = segments(delayedCopy(6, Map.of("segments", 2, "form", "decoder")), 0);
        long[] source = segments.get(0).tokens();
        assertThat(segments.get(0).labels()).containsOnly(IGNORED);
        assertThat(segments.get(1).tokens()).containsExactly(3, 3, 4, source[0], source[1], source[2]);
        assertThat(segments.get(1).labels())
                .containsExactly(IGNORED, IGNORED, source[0], source[1], source[2], source[3]);
        assertThat(segments.get(1).decoderTokens()).isNull();
    }

    @Test
    void delayedCopyForAnEncoderShowsNoAnswer() {
        List<SegmentBatch> segments = segments(delayedCopy(4, Map.of("segments", 2, "form", "encoder")), 0);
        assertThat(segments.get(1).tokens()).containsExactly(3, 3, 3, 3);
        assertThat(segments.get(1).labels()).containsExactly(segments.get(0).tokens());
    }

    @ParameterizedTest
    @EnumSource(SequenceForm.class)
    void delayedCopyBoundIsThatOfTheBestPredictorWithinASegment(SequenceForm form) {
        Task task =
                delayedCopy(4, Map.of("segments", 2, "symbols", 3, "distractors", 2, "copied", 3, "form", form.name()));
        assertThat(task.info().chanceAccuracy()).isEqualTo(BayesAccuracy.of(task, 27 * 2), within(1e-12));
    }

    @Test
    void symbolsThatDoNotFitIntoASegmentAreRefused() {
        assertThatThrownBy(() -> delayedCopy(3, Map.of()))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining("task.copied: needs segments of 4 tokens, model.segment is 3");
    }

    @Test
    void segmentCopyPutsNoiseBetweenSourceAndAnswer() {
        Task task = segmentCopy(128, Map.of("segments", 4, "length", 6));
        List<SegmentBatch> segments = segments(task, 1);
        assertThat(segments).hasSize(4).allMatch(segment -> segment.length() == 6 && segment.valid() == null);
        long[] s = segments.get(0).tokens();
        for (SegmentBatch before : segments.subList(0, 3)) {
            assertThat(LongStream.of(before.tokens())).allMatch(id -> id >= 5 && id < 13);
            assertThat(before.labels()).containsOnly(IGNORED);
        }
        assertThat(segments.get(1).tokens()).isNotEqualTo(s);
        assertThat(segments.get(2).tokens())
                .isNotEqualTo(segments.get(1).tokens())
                .isNotEqualTo(s);
        assertThat(segments.get(3).tokens()).containsExactly(2, s[0], s[1], s[2], s[3], s[4]);
        assertThat(segments.get(3).labels()).containsExactly(s);
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.125);
        assertThat(task.info().maxLength()).isEqualTo(6);
    }

    @Test
    void segmentCopyBackwardsWithoutNoise() {
        List<SegmentBatch> segments = segments(segmentCopy(4, Map.of("segments", 2, "reversed", true)), 0);
        long[] s = segments.get(0).tokens();
        assertThat(segments).hasSize(2);
        assertThat(segments.get(1).tokens()).containsExactly(2, s[3], s[2], s[1]);
        assertThat(segments.get(1).labels()).containsExactly(s[3], s[2], s[1], s[0]);
    }

    @ParameterizedTest
    @CsvSource({"2,decoder", "3,decoder", "2,encoder", "3,encoder"})
    void segmentCopyBoundIsThatOfTheBestPredictorWithinASegment(int segments, String form) {
        Task task = segmentCopy(8, Map.of("segments", segments, "length", 3, "symbols", 2, "form", form));
        int sequences = (int) Math.pow(8, segments - 1);
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.5);
        assertThat(BayesAccuracy.of(task, sequences)).isEqualTo(0.5);
    }

    @Test
    void segmentCopyRefusesWhatCannotBe() {
        assertThatThrownBy(() -> segmentCopy(4, Map.of("length", 5)))
                .hasMessageContaining("task.length: needs segments of 5 tokens, model.segment is 4");
        assertThatThrownBy(() -> segmentCopy(4, Map.of("form", "encoder-decoder")))
                .hasMessageContaining("CONFIG_INVALID")
                .hasMessageContaining("delayed-copy");
        assertThatThrownBy(() -> segmentCopy(4, Map.of("segments", 1))).hasMessageContaining("2..10000");
    }

    @Test
    void associativeRetrievalSpreadsItsPairsAndAsksInTheLastSegment() {
        Task task = associative(7, Map.of("segments", 5, "filler", 1, "pairs", 4, "keys", 6, "values", 5));
        Set<Long> asked = new HashSet<>();
        for (int position = 0; position < 60; position++) {
            List<SegmentBatch> segments = segments(task, position);
            assertThat(segments).hasSize(5);
            List<Long> keys = new ArrayList<>();
            List<Long> values = new ArrayList<>();
            int[] pairsIn = {2, 1, 1, 0};
            for (int s = 0; s < 4; s++) {
                long[] tokens = segments.get(s).tokens();
                for (int pair = 0; pair < pairsIn[s]; pair++) {
                    keys.add(tokens[2 * pair]);
                    values.add(tokens[2 * pair + 1]);
                }
                assertThat(LongStream.of(tokens).skip(2L * pairsIn[s])).allMatch(id -> id >= 16 && id < 24);
                assertThat(segments.get(s).labels()).containsOnly(IGNORED);
            }
            assertThat(keys).doesNotHaveDuplicates().allMatch(key -> key >= 5 && key < 11);
            assertThat(values).allMatch(value -> value >= 11 && value < 16);
            long[] question = segments.get(4).tokens();
            assertThat(LongStream.of(question).limit(4)).allMatch(id -> id >= 16 && id < 24);
            assertThat(question[4]).isEqualTo(3);
            assertThat(question[6]).isEqualTo(4);
            int pair = keys.indexOf(question[5]);
            asked.add((long) pair);
            assertThat(tail(segments.get(4).labels(), 1)).containsExactly(values.get(pair));
            assertThat(LongStream.of(segments.get(4).labels()).filter(label -> label != IGNORED))
                    .hasSize(1);
        }
        assertThat(asked).containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.2);
    }

    @Test
    void associativeRetrievalWithKeysOfSeveralTokensAndADecoder() {
        Task task = associative(
                6,
                Map.of("segments", 3, "pairs", 3, "keys", 2, "key_tokens", 2, "form", "encoder-decoder", "values", 9));
        for (int position = 0; position < 20; position++) {
            List<SegmentBatch> segments = segments(task, position);
            long[] one = segments.get(0).tokens();
            long[] two = segments.get(1).tokens();
            List<long[]> pairs = List.of(Arrays.copyOf(one, 3), Arrays.copyOfRange(one, 3, 6), Arrays.copyOf(two, 3));
            assertThat(pairs.stream().map(pair -> pair[0] * 100 + pair[1])).doesNotHaveDuplicates();
            long[] question = tail(segments.get(2).tokens(), 4);
            long answer = pairs.stream()
                    .filter(pair -> pair[0] == question[1] && pair[1] == question[2])
                    .findFirst()
                    .orElseThrow()[2];
            assertThat(segments.get(2).labels()).containsExactly(answer);
            assertThat(segments.get(2).decoderTokens()).containsExactly(1);
            assertThat(segments.get(0).labels()).containsExactly(IGNORED);
        }
    }

    @Test
    void associativeRetrievalAsksSeveralQuestionsAboutDifferentPairs() {
        Map<String, Object> settings = Map.of("segments", 2, "pairs", 3, "questions", 3, "keys", 6, "values", 5);
        Map<String, Object> paired = new HashMap<>(settings);
        paired.put("form", "encoder-decoder");
        for (int position = 0; position < 20; position++) {
            long[] pairs = segments(associative(10, settings), position).get(0).tokens();
            SegmentBatch last = segments(associative(10, settings), position).get(1);
            SegmentBatch decoded = segments(associative(10, paired), position).get(1);
            Set<Long> asked = new HashSet<>();
            for (int question = 0; question < 3; question++) {
                int at = 1 + 3 * question;
                assertThat(last.tokens()[at]).isEqualTo(3);
                assertThat(last.tokens()[at + 2]).isEqualTo(4);
                asked.add(last.tokens()[at + 1]);
                int pair = 0;
                while (pairs[2 * pair] != last.tokens()[at + 1]) {
                    pair++;
                }
                assertThat(last.labels()[at + 2]).isEqualTo(pairs[2 * pair + 1]);
                assertThat(decoded.labels()[question]).isEqualTo(pairs[2 * pair + 1]);
            }
            assertThat(asked).hasSize(3);
            assertThat(decoded.decoderTokens()).containsExactly(1, decoded.labels()[0], decoded.labels()[1]);
        }
        assertThatThrownBy(() -> associative(8, Map.of("pairs", 3, "questions", 4)))
                .hasMessageContaining("questions (4) must be at most pairs (3)");
        assertThatThrownBy(() -> associative(8, Map.of("pairs", 3, "questions", 3)))
                .hasMessageContaining("task.questions: needs segments of 9 tokens");
    }

    @ParameterizedTest
    @EnumSource(SequenceForm.class)
    void associativeBoundIsThatOfTheBestPredictorWithinASegment(SequenceForm form) {
        Task task = associative(
                4, Map.of("segments", 2, "pairs", 2, "keys", 2, "values", 3, "distractors", 1, "form", form.name()));
        assertThat(task.info().chanceAccuracy()).isEqualTo(BayesAccuracy.of(task, 2 * 9 * 2), within(1e-12));
    }

    @Test
    void associativeRetrievalRefusesWhatCannotBe() {
        assertThatThrownBy(() -> associative(8, Map.of("segments", 3, "filler", 2)))
                .hasMessageContaining("filler (2) must be at most segments - 2 (1)");
        assertThatThrownBy(() -> associative(8, Map.of("pairs", 5, "keys", 2, "key_tokens", 2)))
                .hasMessageContaining("fewer different keys than pairs (5)");
        assertThatThrownBy(() -> associative(8, Map.of("segments", 2, "pairs", 5)))
                .hasMessageContaining("task.pairs: needs segments of 10 tokens, model.segment is 8");
        assertThatThrownBy(() -> associative(2, Map.of()))
                .hasMessageContaining("task.key_tokens: needs segments of 3 tokens, model.segment is 2");
    }

    @Test
    void theModelFitsWhateverTheNumberOfSegments() {
        for (int segments = 2; segments < 9; segments++) {
            assertThat(delayedCopy(8, Map.of("segments", segments)).info())
                    .isEqualTo(delayedCopy(8, Map.of()).info());
            assertThat(segmentCopy(8, Map.of("segments", segments)).info())
                    .isEqualTo(segmentCopy(8, Map.of()).info());
            assertThat(associative(8, Map.of("segments", segments)).info())
                    .isEqualTo(associative(8, Map.of()).info());
        }
    }

    @Test
    void windowsAreAFunctionOfSeedAndPositionAndSplitsDiffer() {
        for (Task task : List.of(
                delayedCopy(8, Map.of()),
                segmentCopy(16, Map.of("length", 16)),
                associative(8, Map.of("keys", 1000)),
                make(new QuadraticEquationsProvider(), 30, Map.of()))) {
            Window window = task.windows(Split.TRAIN, 3, 7).window(99);
            assertThat(task.windows(Split.TRAIN, 3, 7).window(99))
                    .usingRecursiveComparison()
                    .isEqualTo(window);
            assertThat(window.carriesState()).isFalse();
            Set<String> sequences = new HashSet<>();
            for (Split split : Split.values()) {
                for (int position = 0; position < 100; position++) {
                    StringBuilder sequence = new StringBuilder();
                    task.windows(split, 1, 7)
                            .window(position)
                            .segments()
                            .forEach(segment -> sequence.append(Arrays.toString(segment.tokens())));
                    sequences.add(sequence.toString());
                }
            }
            assertThat(sequences).hasSize(300);
        }
    }
}
