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
import dev.mneme.task.WindowSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SortDriftTest {
    private static final long IGNORED = SegmentBatch.IGNORED;

    private static SortDriftConfig config(Map<String, ?> settings) {
        return Settings.bind("task", SortDriftConfig.class, settings);
    }

    private static Task task(int segmentLength, Map<String, ?> settings) {
        return new SortDriftProvider().create(config(settings), new TaskContext(segmentLength, 1, Path.of("data")));
    }

    /** The task of the infinity-former's mini frequency sort. */
    private static Map<String, Object> mini() {
        return new HashMap<>(Map.of("length", 160, "symbols", 6, "weights", "integers", "ties", "index"));
    }

    private static List<SegmentBatch> segments(Task task, Split split, long position) {
        return task.windows(split, 1, 5).window(position).segments();
    }

    private static long[] join(List<SegmentBatch> segments) {
        return segments.stream()
                .flatMapToLong(segment -> Arrays.stream(segment.tokens()))
                .toArray();
    }

    private static long[] counts(long[] tokens, int symbols) {
        long[] counts = new long[symbols];
        LongStream.of(tokens).forEach(token -> counts[(int) token - 5]++);
        return counts;
    }

    @Test
    void theAnswerHasItsOwnSegmentWhereTheSequenceFillsItsSegments() {
        Task task = task(32, mini());
        List<SegmentBatch> segments = segments(task, Split.TRAIN, 4);
        assertThat(segments).hasSize(6).allMatch(segment -> segment.length() == 32);
        for (SegmentBatch counted : segments.subList(0, 5)) {
            assertThat(LongStream.of(counted.tokens())).allMatch(id -> id >= 5 && id < 11);
            assertThat(counted.labels()).containsOnly(IGNORED);
            assertThat(counted.valid()).isNull();
        }
        SegmentBatch last = segments.get(5);
        long[] answer = Arrays.copyOf(last.labels(), 6);
        assertThat(answer).containsExactlyInAnyOrder(5, 6, 7, 8, 9, 10);
        assertThat(Arrays.copyOf(last.tokens(), 6))
                .containsExactly(2, answer[0], answer[1], answer[2], answer[3], answer[4]);
        assertThat(LongStream.of(last.tokens()).skip(6)).containsOnly(0L);
        assertThat(LongStream.of(last.labels()).skip(6)).containsOnly(IGNORED);
        for (int i = 0; i < 32; i++) {
            assertThat(last.valid()[i]).isEqualTo(i < 6);
        }
        assertThat(task.info().form()).isEqualTo(Form.DECODER);
        assertThat(task.info().vocabulary()).isEqualTo(11);
        assertThat(task.info().maxLength()).isEqualTo(32);
        assertThat(task.info().maxTargetLength()).isZero();
    }

    @Test
    void theAnswerSharesASegmentWithTheLastTokensWhereItFits() {
        List<SegmentBatch> segments = segments(task(16, Map.of("length", 40, "symbols", 4)), Split.TRAIN, 0);
        assertThat(segments).hasSize(3);
        SegmentBatch last = segments.get(2);
        assertThat(LongStream.of(last.tokens()).limit(8)).allMatch(id -> id >= 5 && id < 9);
        assertThat(last.tokens()[8]).isEqualTo(2);
        assertThat(LongStream.of(last.labels()).limit(8)).containsOnly(IGNORED);
        assertThat(LongStream.of(last.labels()).skip(8).limit(4)).containsExactlyInAnyOrder(5L, 6L, 7L, 8L);
        assertThat(Arrays.copyOfRange(last.tokens(), 9, 12)).containsExactly(Arrays.copyOfRange(last.labels(), 8, 11));
        assertThat(LongStream.of(last.labels()).skip(12)).containsOnly(IGNORED);
    }

    @Test
    void anEncoderDecoderAnswersAfterTheLastSegment() {
        Task task = task(16, Map.of("length", 40, "symbols", 4, "form", "encoder-decoder"));
        List<SegmentBatch> segments = segments(task, Split.TRAIN, 0);
        assertThat(segments).hasSize(3);
        for (SegmentBatch unscored : segments.subList(0, 2)) {
            assertThat(unscored.decoderTokens()).containsExactly(1);
            assertThat(unscored.labels()).containsExactly(IGNORED);
        }
        SegmentBatch last = segments.get(2);
        assertThat(LongStream.of(last.tokens()).limit(8)).allMatch(id -> id >= 5 && id < 9);
        assertThat(LongStream.of(last.tokens()).skip(8)).containsOnly(0L);
        long[] answer = last.labels();
        assertThat(answer).containsExactlyInAnyOrder(5, 6, 7, 8);
        assertThat(last.decoderTokens()).containsExactly(1, answer[0], answer[1], answer[2]);
        assertThat(last.decoderLength()).isEqualTo(4);
        assertThat(task.info().maxLength()).isEqualTo(16);
        assertThat(task.info().maxTargetLength()).isEqualTo(4);
        assertThat(task.info().beginToken()).isEqualTo(1);
    }

    @Test
    void bothFormsAskForTheSameOrder() {
        Map<String, Object> settings = new HashMap<>(Map.of("length", 64, "symbols", 4));
        List<SegmentBatch> causal = segments(task(16, settings), Split.TEST, 3);
        settings.put("form", "encoder-decoder");
        List<SegmentBatch> paired = segments(task(16, settings), Split.TEST, 3);
        assertThat(join(causal.subList(0, 4))).containsExactly(join(paired));
        assertThat(Arrays.copyOf(causal.get(4).labels(), 4))
                .containsExactly(paired.get(3).labels());
    }

    @Test
    void countsDecreaseStrictlyWhereTiesAreDrawnAgain() {
        Task task = task(64, Map.of("length", 400, "form", "encoder-decoder"));
        for (int position = 0; position < 200; position++) {
            List<SegmentBatch> segments = segments(task, Split.TRAIN, position);
            long[] counts =
                    counts(LongStream.of(join(segments)).filter(id -> id != 0).toArray(), 20);
            long[] answer = segments.get(6).labels();
            for (int place = 1; place < 20; place++) {
                assertThat(counts[(int) answer[place] - 5]).isLessThan(counts[(int) answer[place - 1] - 5]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"index", "first-seen"})
    void tiesGoByTheRule(String ties) {
        int withTies = 0;
        for (int position = 0; position < 50; position++) {
            Task task = task(12, Map.of("length", 12, "symbols", 5, "ties", ties, "form", "encoder-decoder"));
            SegmentBatch segment = segments(task, Split.TRAIN, position).get(0);
            long[] counts = counts(segment.tokens(), 5);
            withTies += LongStream.of(counts).distinct().count() < 5 ? 1 : 0;
            List<Long> seen = new ArrayList<>(
                    LongStream.of(segment.tokens()).boxed().distinct().toList());
            LongStream.range(5, 10).filter(symbol -> !seen.contains(symbol)).forEach(seen::add);
            List<Long> candidates = ties.equals("index") ? List.of(5L, 6L, 7L, 8L, 9L) : seen;
            assertThat(LongStream.of(segment.labels()).boxed())
                    .containsExactlyElementsOf(candidates.stream()
                            .sorted(Comparator.comparing(symbol -> -counts[(int) (symbol - 5)]))
                            .toList());
        }
        assertThat(withTies).isGreaterThan(25);
    }

    @Test
    void theDistributionMovesInAStraightLine() {
        Drift drift = new Drift(new double[] {1, 1, 4}, new double[] {0, 2, 2});
        SplittableRandom random = new SplittableRandom(1);
        for (int i : new int[] {0, 25, 50, 99}) {
            int[] counts = new int[3];
            IntStream.range(0, 20_000).forEach(draw -> counts[drift.symbol(i, 100, random)]++);
            double moved = i / 100.0;
            assertThat(counts[0] / 20_000.0).isEqualTo((1 - moved) / 4, within(0.015));
            assertThat(counts[1] / 20_000.0).isEqualTo(moved, within(0.015));
            assertThat(counts[2] / 20_000.0).isEqualTo((1 - moved) * 3 / 4, within(0.015));
        }
    }

    @Test
    void weightsAreIntegersOrSoftmaxOfNormalNumbers() {
        Drift integers = Drift.draw(2000, SortDriftConfig.DriftWeights.INTEGERS, new SplittableRandom(1));
        assertThat(steps(integers.from()).distinct().sorted())
                .containsExactly(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0);
        assertThat(integers.to()).isNotEqualTo(integers.from());
        Drift normal = Drift.draw(20_000, SortDriftConfig.DriftWeights.NORMAL, new SplittableRandom(1));
        assertThat(steps(normal.from()).map(Math::log).average().orElseThrow()).isEqualTo(0, within(0.03));
        assertThat(steps(normal.to())
                        .map(weight -> Math.log(weight) * Math.log(weight))
                        .average()
                        .orElseThrow())
                .isEqualTo(1, within(0.03));
    }

    private static DoubleStream steps(double[] sums) {
        return IntStream.range(0, sums.length).mapToDouble(i -> sums[i] - (i == 0 ? 0 : sums[i - 1]));
    }

    @Test
    void countingAPartIsScoredByHand() {
        int[] symbols = {0, 0, 0, 1, 2, 2};
        DriftingSequence sequence = new DriftingSequence(symbols, new int[] {0, 2, 1});
        assertThat(sequence.countedFrom(0)).isEqualTo(1);
        // all three tie at first, then the other two, the last is never missed
        assertThat(sequence.countedFrom(6)).isEqualTo((1.0 / 3 + 1.0 / 2 + 1) / 3, within(1e-12));
        // 2 is named where 0 is right; told so, 2 is named and then 1
        assertThat(sequence.countedFrom(3)).isEqualTo(2.0 / 3, within(1e-12));
        // 0 and 2 tie at first
        assertThat(new DriftingSequence(new int[] {2, 0, 0, 1, 2, 2}, new int[] {2, 0, 1}).countedFrom(1))
                .isEqualTo((1.0 / 2 + 1 + 1) / 3, within(1e-12));
    }

    @Test
    void withoutAMemoryAnAnswerInItsOwnSegmentIsGuessedAmongTheSymbolsNotYetNamed() {
        assertThat(task(32, mini()).info().chanceAccuracy()).isEqualTo(2.45 / 6, within(1e-12));
        double twenty = IntStream.rangeClosed(1, 20).mapToDouble(i -> 1.0 / i).sum() / 20;
        assertThat(task(128, Map.of()).info().chanceAccuracy()).isEqualTo(twenty, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"32,decoder", "48,decoder", "32,encoder-decoder", "48,encoder-decoder", "20,encoder-decoder"})
    void theBoundIsWhatCountingTheLastSegmentScoresOnTheTestPart(int segmentLength, String form) {
        Map<String, Object> settings =
                new HashMap<>(Map.of("length", 80, "symbols", 5, "evaluation_sequences", 200, "form", form));
        Task task = task(segmentLength, settings);
        WindowSource windows = task.windows(Split.TEST, 1, 9);
        assertThat(windows.size()).isEqualTo(200);
        double right = 0;
        for (int position = 0; position < 200; position++) {
            List<SegmentBatch> segments = windows.window(position).segments();
            right += score(segments.get(segments.size() - 1));
        }
        assertThat(task.info().chanceAccuracy()).isEqualTo(right / 200, within(1e-9));
        assertThat(right / 200).isBetween(0.46, 0.95);
    }

    /** Share of places at which the most frequent symbol of the segment that was not named yet is right. */
    private static double score(SegmentBatch last) {
        List<Long> answer = new ArrayList<>();
        LongStream.of(last.labels()).filter(label -> label != IGNORED).forEach(answer::add);
        List<Long> rest = new ArrayList<>(answer);
        long[] seen = LongStream.of(last.tokens()).takeWhile(id -> id >= 5).toArray();
        double right = 0;
        for (long label : answer) {
            Map<Long, Integer> counts = new HashMap<>();
            rest.forEach(symbol -> counts.put(symbol, 0));
            LongStream.of(seen).filter(counts::containsKey).forEach(id -> counts.merge(id, 1, Integer::sum));
            int most = counts.values().stream().max(Integer::compare).orElseThrow();
            List<Long> candidates =
                    rest.stream().filter(symbol -> counts.get(symbol) == most).toList();
            right += candidates.contains(label) ? 1.0 / candidates.size() : 0;
            rest.remove(label);
        }
        return right / answer.size();
    }

    @Test
    void countingMoreOfTheSequenceIsRightMoreOften() {
        SortDriftConfig config = config(mini());
        // of all five segments as well: the rule does not know which of two symbols that tie is first
        double[] last = {0.59, 0.66, 0.72, 0.82, 0.97};
        for (int segments = 1; segments <= 5; segments++) {
            int from = 160 - 32 * segments;
            double right = IntStream.range(0, 2000)
                    .mapToObj(i -> DriftingSequence.draw(config, new SplittableRandom(i)))
                    .mapToDouble(sequence -> sequence.countedFrom(from))
                    .average()
                    .orElseThrow();
            assertThat(right).isEqualTo(last[segments - 1], within(0.02));
        }
    }

    @Test
    void thereIsNoBoundWhereEverythingIsInOneSegment() {
        assertThat(task(44, Map.of("length", 40, "symbols", 4)).info().chanceAccuracy())
                .isNaN();
        assertThat(task(43, Map.of("length", 40, "symbols", 4, "form", "encoder-decoder"))
                        .info()
                        .chanceAccuracy())
                .isNaN();
        assertThat(task(40, Map.of("length", 40, "symbols", 4)).info().chanceAccuracy())
                .isEqualTo((1 + 1 / 2.0 + 1 / 3.0 + 1 / 4.0) / 4, within(1e-12));
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> task(32, Map.of("length", 60, "symbols", 6)))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining("after 60 tokens the answer of 6 would cross a border, model.segment is 32")
                .hasMessageContaining("such as 64, or at most 26 more than one");
        assertThatThrownBy(() -> task(4, Map.of("length", 60, "symbols", 6)))
                .hasMessageContaining("raise model.segment or lower task.symbols");
        assertThatThrownBy(() -> config(Map.of("form", "encoder"))).hasMessageContaining("form encoder");
        assertThatThrownBy(() -> config(Map.of("length", 379)))
                .hasMessageContaining("length (379) must be at least 380 for 20 symbols");
        assertThat(config(Map.of("length", 379, "ties", "index")).length()).isEqualTo(379);
    }

    @Test
    void windowsAreAFunctionOfSeedAndPositionAndSplitsDiffer() {
        Task task = task(32, mini());
        WindowSource train = task.windows(Split.TRAIN, 3, 7);
        assertThat(task.windows(Split.TRAIN, 3, 7).window(99))
                .usingRecursiveComparison()
                .isEqualTo(train.window(99));
        assertThat(task(32, mini()).windows(Split.TRAIN, 3, 7).window(99))
                .usingRecursiveComparison()
                .isEqualTo(train.window(99));
        Set<String> sequences = new HashSet<>();
        for (Split split : Split.values()) {
            for (int position = 0; position < 100; position++) {
                sequences.add(Arrays.toString(join(segments(task, split, position))));
            }
        }
        assertThat(sequences).hasSize(300);
    }

    @Test
    void theLengthsOfThePaperFitItsSegments() {
        for (int length : new int[] {4000, 8000, 16_000}) {
            Task task = task(
                    1024,
                    Map.of("length", length, "weights", "integers", "ties", "first-seen", "evaluation_sequences", 50));
            List<SegmentBatch> segments = segments(task, Split.TEST, 0);
            assertThat(segments).hasSize((length + 1023) / 1024);
            assertThat(task.info().chanceAccuracy()).isBetween(0.18, 0.9);
        }
    }
}
