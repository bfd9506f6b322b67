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
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tasks in which something read segments ago is asked for. */
final class RecallTasksTest {
    private static final long IGNORED = SegmentBatch.IGNORED;

    private static <C extends Record> Task make(TaskProvider<C> provider, int segmentLength, Map<String, ?> settings) {
        return provider.create(
                Settings.bind("task", provider.configType(), settings),
                new TaskContext(segmentLength, 1, Path.of("data")));
    }

    private static Task delayedToken(int segmentLength, Map<String, ?> settings) {
        return make(new DelayedTokenProvider(), segmentLength, settings);
    }

    private static Task pairLookup(int segmentLength, Map<String, ?> settings) {
        return make(new PairLookupProvider(), segmentLength, settings);
    }

    private static Task blockRecall(int segmentLength, Map<String, ?> settings) {
        return make(new BlockRecallProvider(), segmentLength, settings);
    }

    private static Task majorityRecall(int segmentLength, Map<String, ?> settings) {
        return make(new MajorityRecallProvider(), segmentLength, settings);
    }

    private static List<SegmentBatch> segments(Task task, long position) {
        return task.windows(Split.TRAIN, 1, 5).window(position).segments();
    }

    private static long[] tokens(Task task, long position) {
        return segments(task, position).stream()
                .flatMapToLong(segment -> Arrays.stream(segment.tokens()))
                .toArray();
    }

    private static long[] labels(Task task, long position) {
        return segments(task, position).stream()
                .flatMapToLong(segment -> Arrays.stream(segment.labels()))
                .toArray();
    }

    @Test
    void delayedTokenIsTheExperimentOfTheTransformerXlSpecification() {
        Task task = delayedToken(8, Map.of());
        assertThat(segments(task, 3)).hasSize(6).allMatch(segment -> segment.length() == 8 && segment.valid() == null);
        long[] tokens = tokens(task, 3);
        assertThat(LongStream.of(tokens)).allMatch(id -> id >= 0 && id < 8);
        long[] labels = labels(task, 3);
        for (int at = 0; at < 48; at++) {
            assertThat(labels[at]).isEqualTo(at < 16 ? IGNORED : tokens[at - 10]);
        }
        assertThat(task.info().form()).isEqualTo(Form.DECODER);
        assertThat(task.info().vocabulary()).isEqualTo(8);
        assertThat(task.info().maxLength()).isEqualTo(8);
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.125);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "7,1", "8,1", "9,2", "16,2", "17,3"})
    void delayedTokenScoresFromTheFirstSegmentBeforeWhichAllAnswersAre(int delay, int firstScored) {
        List<SegmentBatch> segments = segments(delayedToken(8, Map.of("delay", delay)), 0);
        for (int segment = 0; segment < 6; segment++) {
            if (segment < firstScored) {
                assertThat(segments.get(segment).labels()).containsOnly(IGNORED);
            } else {
                assertThat(segments.get(segment).labels()).doesNotContain(IGNORED);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4"})
    void delayedTokenBoundIsThatOfTheBestPredictorWithinASegment(int delay) {
        Task task = delayedToken(3, Map.of("segments", delay > 3 ? 3 : 2, "symbols", 2, "delay", delay));
        assertThat(task.info().chanceAccuracy()).isEqualTo(BayesAccuracy.of(task, delay > 3 ? 512 : 64), within(1e-12));
    }

    @Test
    void delayedTokenRefusesADelayThatLeavesNothingToScore() {
        assertThatThrownBy(() -> delayedToken(8, Map.of("delay", 41)))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining("task.delay")
                .hasMessageContaining("raise task.segments to at least 7");
        assertThat(labels(delayedToken(8, Map.of("delay", 40)), 0)).hasSize(48);
    }

    @Test
    void pairLookupAnswersEachKeyOfTheSecondSegmentWithItsValue() {
        Task task = pairLookup(128, Map.of());
        Set<Long> repeated = new HashSet<>();
        for (int position = 0; position < 40; position++) {
            List<SegmentBatch> segments = segments(task, position);
            assertThat(segments).hasSize(2).allMatch(segment -> segment.length() == 8 && segment.valid() == null);
            long[] pairs = segments.get(0).tokens();
            Map<Long, Long> values = new HashMap<>();
            for (int pair = 0; pair < 4; pair++) {
                assertThat(pairs[2 * pair]).isBetween(0L, 7L);
                assertThat(pairs[2 * pair + 1]).isBetween(8L, 15L);
                values.put(pairs[2 * pair], pairs[2 * pair + 1]);
            }
            assertThat(values).hasSize(4);
            assertThat(segments.get(0).labels()).containsOnly(IGNORED);
            long[] asked = segments.get(1).tokens();
            assertThat(segments.get(1).labels())
                    .containsExactly(LongStream.of(asked).map(values::get).toArray());
            repeated.add(LongStream.of(asked).distinct().count());
        }
        assertThat(repeated).hasSizeGreaterThan(1);
        assertThat(task.info().maxLength()).isEqualTo(8);
        assertThat(task.info().vocabulary()).isEqualTo(16);
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.125);
    }

    @Test
    void pairLookupBoundIsThatOfTheBestPredictorWithinASegment() {
        Task task = pairLookup(4, Map.of("pairs", 2, "keys", 2, "values", 2));
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.5);
        assertThat(BayesAccuracy.of(task, 2 * 4 * 16)).isEqualTo(0.5);
    }

    @Test
    void pairLookupRefusesWhatCannotBe() {
        assertThatThrownBy(() -> pairLookup(7, Map.of()))
                .hasMessageContaining("task.pairs: needs segments of 8 tokens, model.segment is 7");
        assertThatThrownBy(() -> pairLookup(8, Map.of("keys", 3)))
                .hasMessageContaining("keys (3) must be at least pairs (4)");
    }

    @Test
    void blockRecallIsTheExperimentOfTheCompressiveTransformerSpecification() {
        Task task = blockRecall(8, Map.of());
        assertThat(segments(task, 2)).hasSize(7).allMatch(segment -> segment.length() == 8 && segment.valid() == null);
        long[] tokens = tokens(task, 2);
        for (int at = 0; at < tokens.length; at++) {
            assertThat(tokens[at]).isBetween(0L, 7L).isEqualTo(tokens[at / 4 * 4]);
        }
        long[] labels = labels(task, 2);
        for (int at = 0; at < labels.length; at++) {
            int segment = at / 8;
            boolean scored = at % 8 == 7 && segment >= 3;
            assertThat(labels[at]).isEqualTo(scored ? tokens[(segment - 3) * 8] : IGNORED);
        }
        assertThat(task.info().vocabulary()).isEqualTo(8);
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.125);
    }

    @Test
    void blockRecallBoundIsThatOfTheBestPredictorWithinASegment() {
        Task task = blockRecall(4, Map.of("segments", 3, "distance", 1, "block", 2, "symbols", 2));
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.5);
        assertThat(BayesAccuracy.of(task, 64)).isEqualTo(0.5);
    }

    @Test
    void blockRecallRefusesWhatCannotBe() {
        assertThatThrownBy(() -> blockRecall(10, Map.of()))
                .hasMessageContaining("task.block: must divide model.segment")
                .hasMessageContaining("blocks of 4 tokens and segments of 10");
        assertThatThrownBy(() -> blockRecall(8, Map.of("distance", 7)))
                .hasMessageContaining("distance (7) must be less than segments (7)");
    }

    @Test
    void majorityRecallIsTheExperimentOfTheInfinityFormerSpecification() {
        Task task = majorityRecall(16, Map.of());
        int majority = 0;
        int others = 0;
        int right = 0;
        int sequences = 400;
        for (int position = 0; position < sequences; position++) {
            List<SegmentBatch> segments = segments(task, position);
            assertThat(segments).hasSize(4).allMatch(segment -> segment.length() == 16 && segment.valid() == null);
            long[] labels = labels(task, position);
            long answer = labels[63];
            assertThat(answer).isBetween(5L, 12L);
            assertThat(LongStream.of(labels).limit(63)).containsOnly(IGNORED);
            long[] tokens = tokens(task, position);
            assertThat(tokens[63]).isEqualTo(3);
            assertThat(LongStream.of(tokens).limit(63)).allMatch(id -> id >= 5 && id < 13);
            majority += (int)
                    LongStream.of(tokens).limit(16).filter(id -> id == answer).count();
            others += (int) LongStream.of(tokens)
                    .limit(63)
                    .skip(16)
                    .filter(id -> id == answer)
                    .count();
            right += mostFrequent(segments.get(0).tokens()) == answer ? 1 : 0;
        }
        assertThat(majority / (16.0 * sequences)).isEqualTo(0.5 + 0.5 / 8, within(0.02));
        assertThat(others / (47.0 * sequences)).isEqualTo(1.0 / 8, within(0.01));
        assertThat(right / (double) sequences).isEqualTo(0.99, within(0.01));
        assertThat(task.info().vocabulary()).isEqualTo(13);
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.125);
    }

    private static long mostFrequent(long[] tokens) {
        return LongStream.of(tokens)
                .boxed()
                .collect(Collectors.groupingBy(id -> id, Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }

    @Test
    void majorityRecallTellsNothingOfTheAnswerInItsLastSegment() {
        Task task = majorityRecall(3, Map.of("segments", 2, "symbols", 2, "share", 1));
        assertThat(BayesAccuracy.of(task, 8)).isEqualTo(0.5);
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.5);
    }

    @Test
    void theModelFitsWhateverTheNumberOfSegments() {
        for (int segments = 4; segments < 9; segments++) {
            assertThat(delayedToken(8, Map.of("segments", segments)).info())
                    .isEqualTo(delayedToken(8, Map.of()).info());
            assertThat(blockRecall(8, Map.of("segments", segments)).info())
                    .isEqualTo(blockRecall(8, Map.of()).info());
            assertThat(majorityRecall(8, Map.of("segments", segments)).info())
                    .isEqualTo(majorityRecall(8, Map.of()).info());
        }
    }

    @Test
    void windowsAreAFunctionOfSeedAndPositionAndSplitsDiffer() {
        for (Task task : List.of(
                delayedToken(8, Map.of()),
                pairLookup(16, Map.of("pairs", 8, "values", 100)),
                blockRecall(8, Map.of("block", 1)),
                majorityRecall(16, Map.of()))) {
            Window window = task.windows(Split.TRAIN, 3, 7).window(99);
            assertThat(task.windows(Split.TRAIN, 3, 7).window(99))
                    .usingRecursiveComparison()
                    .isEqualTo(window);
            assertThat(task.windows(Split.TRAIN, 3, 8)
                            .window(99)
                            .segments()
                            .get(0)
                            .tokens())
                    .isNotEqualTo(window.segments().get(0).tokens());
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
