package dev.mneme.tasks.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.config.Settings;
import dev.mneme.error.MnemeException;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskProvider;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GeneratedTasksTest {
    private static final long IGNORED = SegmentBatch.IGNORED;

    private static TaskContext context(int segmentLength) {
        return new TaskContext(segmentLength, 1, Path.of("data"));
    }

    private static Task copy(int length, int symbols, int repeat, SequenceForm form, int segmentLength) {
        return new CopyProvider()
                .create(new CopyConfig(length, symbols, repeat, true, form, 100), context(segmentLength));
    }

    private static Task reverse(int length, int symbols, SequenceForm form, int segmentLength) {
        return new ReverseProvider()
                .create(new ReverseConfig(length, symbols, true, form, 100), context(segmentLength));
    }

    private static Task retrieval(int pairs, int keys, int values, SequenceForm form, int segmentLength) {
        return new RetrievalProvider()
                .create(new RetrievalConfig(pairs, keys, values, true, form, 100), context(segmentLength));
    }

    private static Task broadcast(int length, int symbols, int window) {
        return new BroadcastProvider().create(new BroadcastConfig(length, symbols, window, 100), context(8));
    }

    private static SegmentBatch firstSegment(Task task) {
        return task.windows(Split.TRAIN, 1, 5).window(0).segments().get(0);
    }

    @Test
    void everyProviderIsFoundAndWorksWithItsDefaults() {
        Set<String> names = new HashSet<>();
        for (TaskProvider<?> provider : ServiceLoader.load(TaskProvider.class)) {
            names.add(provider.name());
            assertThat(Settings.describe(provider.configType())).isNotEmpty();
            assertThat(createWithDefaults(provider)
                            .windows(Split.VALIDATION, 4, 0)
                            .size())
                    .isPositive();
        }
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "associative-retrieval",
                        "block-recall",
                        "broadcast",
                        "copy",
                        "delayed-copy",
                        "delayed-token",
                        "majority-recall",
                        "pair-lookup",
                        "quadratic-equations",
                        "retrieval",
                        "reverse",
                        "segment-copy",
                        "sort-drift",
                        "text",
                        "translation");
    }

    private static <C extends Record> Task createWithDefaults(TaskProvider<C> provider) {
        return provider.create(Settings.bind("task", provider.configType(), Map.of()), context(128));
    }

    @Test
    void copyFeedsTheDecoderThePreviousTargetsAfterBegin() {
        Task task = copy(4, 8, 2, SequenceForm.ENCODER_DECODER, 64);
        SegmentBatch segment = firstSegment(task);
        long[] s = segment.tokens();
        assertThat(Arrays.stream(s).boxed()).hasSize(4).allMatch(id -> id >= 5 && id < 13);
        assertThat(segment.labels()).containsExactly(s[0], s[1], s[2], s[3], s[0], s[1], s[2], s[3]);
        assertThat(segment.decoderTokens()).containsExactly(1, s[0], s[1], s[2], s[3], s[0], s[1], s[2]);
        assertThat(segment.decoderLength()).isEqualTo(8);
        assertThat(task.info().form()).isEqualTo(Form.ENCODER_DECODER);
        assertThat(task.info().vocabulary()).isEqualTo(13);
        assertThat(task.info().maxTargetLength()).isEqualTo(8);
        assertThat(task.info().beginToken()).isEqualTo(1);
    }

    @Test
    void reverseWritesTheSourceBackwards() {
        SegmentBatch segment = firstSegment(reverse(6, 8, SequenceForm.ENCODER_DECODER, 64));
        long[] s = segment.tokens();
        assertThat(segment.labels()).containsExactly(s[5], s[4], s[3], s[2], s[1], s[0]);
        assertThat(segment.decoderTokens()).containsExactly(1, s[5], s[4], s[3], s[2], s[1]);
    }

    @Test
    void theDecoderFormIsOneCausalSequence() {
        SegmentBatch segment = firstSegment(reverse(3, 8, SequenceForm.DECODER, 64));
        long[] t = segment.tokens();
        assertThat(t).containsExactly(1, t[1], t[2], t[3], 2, t[3], t[2]);
        assertThat(segment.labels()).containsExactly(IGNORED, IGNORED, IGNORED, IGNORED, t[3], t[2], t[1]);
        assertThat(segment.valid()).isNull();
        assertThat(segment.decoderTokens()).isNull();
    }

    @Test
    void theEncoderFormShowsNoOutput() {
        SegmentBatch segment = firstSegment(reverse(3, 8, SequenceForm.ENCODER, 64));
        long[] t = segment.tokens();
        assertThat(t).containsExactly(1, t[1], t[2], t[3], 2, 3, 3);
        assertThat(segment.labels()).containsExactly(IGNORED, IGNORED, IGNORED, IGNORED, t[3], t[2], t[1]);
    }

    @Test
    void withoutBeginCopyIsThatOfTheRecurrentMemoryTransformer() {
        Task task = new CopyProvider().create(new CopyConfig(24, 8, 2, false, SequenceForm.DECODER, 100), context(24));
        List<SegmentBatch> segments = task.windows(Split.TRAIN, 1, 5).window(0).segments();
        assertThat(segments).hasSize(3).allMatch(segment -> segment.length() == 24 && segment.valid() == null);
        long[] source = segments.get(0).tokens();
        assertThat(segments.get(0).labels()).containsOnly(IGNORED);
        assertThat(segments.get(1).tokens()[0]).isEqualTo(2);
        for (int copy = 1; copy <= 2; copy++) {
            assertThat(segments.get(copy).labels()).containsExactly(source);
            assertThat(Arrays.copyOfRange(segments.get(copy).tokens(), 1, 24))
                    .containsExactly(Arrays.copyOf(source, 23));
        }
        assertThat(segments.get(2).tokens()[0]).isEqualTo(source[23]);
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.125 + 0.875 / 48, within(1e-12));
    }

    @Test
    void withoutBeginReverseIsThatOfTheRecurrentMemoryTransformer() {
        Task task =
                new ReverseProvider().create(new ReverseConfig(24, 8, false, SequenceForm.DECODER, 100), context(24));
        List<SegmentBatch> segments = task.windows(Split.TRAIN, 1, 5).window(0).segments();
        assertThat(segments).hasSize(2).allMatch(segment -> segment.valid() == null);
        long[] source = segments.get(0).tokens();
        for (int i = 0; i < 24; i++) {
            assertThat(segments.get(1).labels()[i]).isEqualTo(source[23 - i]);
            assertThat(segments.get(1).tokens()[i]).isEqualTo(i == 0 ? 2 : source[24 - i]);
        }
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.125);
    }

    @Test
    void withoutMarkersRetrievalIsThatOfTheRecurrentMemoryTransformer() {
        Task task = new RetrievalProvider()
                .create(new RetrievalConfig(4, 10, 10, false, SequenceForm.DECODER, 100), context(2));
        List<SegmentBatch> segments = task.windows(Split.TRAIN, 1, 5).window(0).segments();
        assertThat(segments).hasSize(5).allMatch(segment -> segment.valid() == null);
        long[] question = segments.get(4).tokens();
        long answer = segments.subList(0, 4).stream()
                .filter(pair -> pair.tokens()[0] == question[0])
                .findFirst()
                .orElseThrow()
                .tokens()[1];
        assertThat(question[1]).isEqualTo(4);
        assertThat(segments.get(4).labels()).containsExactly(IGNORED, answer);
        assertThat(task.info().chanceAccuracy()).isEqualTo(0.1);
    }

    @ParameterizedTest
    @CsvSource({"2,2,2,1", "2,2,2,2", "2,3,2,3", "2,2,3,4", "2,3,2,5", "3,3,2,2", "3,3,2,4", "3,3,2,5", "3,3,2,7"})
    void unmarkedRetrievalBoundIsThatOfTheBestPredictorWithinASegment(
            int pairs, int keys, int values, int segmentLength) {
        for (SequenceForm form : List.of(SequenceForm.DECODER, SequenceForm.ENCODER)) {
            Task task = new RetrievalProvider()
                    .create(new RetrievalConfig(pairs, keys, values, false, form, 100), context(segmentLength));
            assertThat(task.info().chanceAccuracy())
                    .isEqualTo(BayesAccuracy.of(task, differentRetrievals(pairs, keys, values)), within(1e-12));
        }
    }

    private static int differentRetrievals(int pairs, int keys, int values) {
        int sequences = pairs * (int) Math.pow(values, pairs);
        for (int i = 0; i < pairs; i++) {
            sequences *= keys - i;
        }
        return sequences;
    }

    @Test
    void aLongDecoderSequenceIsCutAndTheLastSegmentPadded() {
        Task whole = copy(5, 8, 1, SequenceForm.DECODER, 64);
        Task cut = copy(5, 8, 1, SequenceForm.DECODER, 4);
        SegmentBatch expected =
                whole.windows(Split.TRAIN, 2, 9).window(3).segments().get(0);
        List<SegmentBatch> segments = cut.windows(Split.TRAIN, 2, 9).window(3).segments();
        assertThat(expected.length()).isEqualTo(11);
        assertThat(segments).hasSize(3).allMatch(segment -> segment.length() == 4 && segment.rows() == 2);
        for (int row = 0; row < 2; row++) {
            for (int i = 0; i < 12; i++) {
                SegmentBatch segment = segments.get(i / 4);
                int at = row * 4 + i % 4;
                assertThat(segment.tokens()[at]).isEqualTo(i < 11 ? expected.tokens()[row * 11 + i] : 0);
                assertThat(segment.labels()[at]).isEqualTo(i < 11 ? expected.labels()[row * 11 + i] : IGNORED);
                assertThat(segment.valid() == null || segment.valid()[at]).isEqualTo(i < 11);
            }
        }
        assertThat(cut.info().maxLength()).isEqualTo(4);
        assertThat(cut.windows(Split.TRAIN, 2, 9).window(3).carriesState()).isFalse();
    }

    @Test
    void retrievalAsksForOneOfItsDistinctKeys() {
        WindowSource source = retrieval(3, 4, 5, SequenceForm.DECODER, 64).windows(Split.TRAIN, 1, 2);
        Set<Long> askedAt = new HashSet<>();
        for (int position = 0; position < 50; position++) {
            SegmentBatch segment = source.window(position).segments().get(0);
            long[] t = segment.tokens();
            assertThat(t).hasSize(10).startsWith(1);
            assertThat(Set.of(t[1], t[3], t[5])).hasSize(3).allMatch(key -> key >= 5 && key < 9);
            assertThat(LongStream.of(t[2], t[4], t[6]).boxed().toList()).allMatch(value -> value >= 9 && value < 14);
            assertThat(t[7]).isEqualTo(3);
            assertThat(t[9]).isEqualTo(4);
            int asked = t[8] == t[1] ? 1 : t[8] == t[3] ? 3 : 5;
            askedAt.add((long) asked);
            assertThat(segment.labels()[9]).isEqualTo(t[asked + 1]);
            assertThat(Arrays.stream(segment.labels())
                            .filter(label -> label != IGNORED)
                            .count())
                    .isOne();
        }
        assertThat(askedAt).containsExactlyInAnyOrder(1L, 3L, 5L);
    }

    @Test
    void retrievalWithADecoderAnswersInOneStep() {
        SegmentBatch segment = firstSegment(retrieval(2, 4, 5, SequenceForm.ENCODER_DECODER, 3));
        assertThat(segment.length()).isEqualTo(8);
        assertThat(segment.decoderTokens()).containsExactly(1);
        assertThat(segment.labels()).hasSize(1);
    }

    @Test
    void broadcastWantsTheFirstSymbolEverywhere() {
        SegmentBatch segment = firstSegment(broadcast(16, 8, 0));
        assertThat(Arrays.stream(segment.tokens()).boxed()).hasSize(16).allMatch(id -> id >= 0 && id < 8);
        assertThat(segment.labels()).hasSize(16).containsOnly(segment.tokens()[0]);
    }

    @Test
    void broadcastBoundsAreThoseOfTheSpecification() {
        assertThat(broadcast(16, 8, 0).info().chanceAccuracy()).isEqualTo(0.1797, within(5e-5));
        assertThat(broadcast(16, 8, 2).info().chanceAccuracy()).isEqualTo(0.289, within(5e-4));
        assertThat(broadcast(4, 8, 99).info().chanceAccuracy()).isEqualTo(1);
    }

    @Test
    void broadcastBoundIsThatOfTheBestPredictorWithinReach() {
        int length = 4;
        int symbols = 3;
        for (int reach = 0; reach < length; reach++) {
            int right = 0;
            for (int sequence = 0; sequence < 81; sequence++) {
                // out of reach, always saying symbol 0 is as good as any rule
                int first = sequence % symbols;
                right += 1 + reach + (first == 0 ? length - 1 - reach : 0);
            }
            assertThat(broadcast(length, symbols, reach).info().chanceAccuracy())
                    .isEqualTo(right / 324.0, within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({"3,2,1,2", "3,2,1,3", "3,2,2,2", "3,2,2,4", "3,2,2,5", "3,2,3,6", "2,3,3,4", "4,2,1,7", "1,3,3,3"})
    void copyBoundIsThatOfTheBestPredictorWithinASegment(int length, int symbols, int repeat, int segmentLength) {
        Task task = copy(length, symbols, repeat, SequenceForm.DECODER, segmentLength);
        int sequences = (int) Math.pow(symbols, length);
        assertThat(task.info().chanceAccuracy()).isEqualTo(BayesAccuracy.of(task, sequences), within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"3,2,1,2", "3,2,2,4", "3,2,2,5", "4,2,1,6", "1,3,3,3"})
    void encoderCopyBoundIsThatOfTheBestPredictorWithinASegment(
            int length, int symbols, int repeat, int segmentLength) {
        Task task = copy(length, symbols, repeat, SequenceForm.ENCODER, segmentLength);
        int sequences = (int) Math.pow(symbols, length);
        assertThat(task.info().chanceAccuracy()).isEqualTo(BayesAccuracy.of(task, sequences), within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"3,2,2", "3,2,4", "4,2,3", "4,2,5", "5,2,7", "5,2,10"})
    void reverseBoundIsThatOfTheBestPredictorWithinASegment(int length, int symbols, int segmentLength) {
        Task task = reverse(length, symbols, SequenceForm.DECODER, segmentLength);
        int sequences = (int) Math.pow(symbols, length);
        assertThat(task.info().chanceAccuracy()).isEqualTo(BayesAccuracy.of(task, sequences), within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void pairedBoundIsThatOfADecoderWithoutSource(int repeat) {
        Task task = copy(3, 2, repeat, SequenceForm.ENCODER_DECODER, 64);
        assertThat(task.info().chanceAccuracy()).isEqualTo(BayesAccuracy.of(task, 8), within(1e-12));
        assertThat(reverse(6, 8, SequenceForm.ENCODER_DECODER, 64).info().chanceAccuracy())
                .isEqualTo(0.125);
    }

    @ParameterizedTest
    @CsvSource({
        "2,2,2,1", "2,2,2,2", "2,3,2,3", "2,2,3,4", "2,3,2,5", "2,2,2,6", "2,2,2,7", "3,3,2,5", "3,3,2,6", "3,3,2,7",
        "3,3,2,8"
    })
    void retrievalBoundIsThatOfTheBestPredictorWithinASegment(int pairs, int keys, int values, int segmentLength) {
        Task task = retrieval(pairs, keys, values, SequenceForm.DECODER, segmentLength);
        int sequences = differentRetrievals(pairs, keys, values);
        assertThat(task.info().chanceAccuracy()).isEqualTo(BayesAccuracy.of(task, sequences), within(1e-12));
    }

    @Test
    void aSequenceWithinOneSegmentHasNoBound() {
        assertThat(copy(3, 2, 1, SequenceForm.DECODER, 7).info().chanceAccuracy())
                .isNaN();
        assertThat(copy(3, 2, 1, SequenceForm.DECODER, 6).info().chanceAccuracy())
                .isNotNaN();
        assertThat(retrieval(2, 2, 2, SequenceForm.DECODER, 8).info().chanceAccuracy())
                .isNaN();
    }

    @Test
    void symbolsAreUniform() {
        WindowSource source = copy(8, 4, 1, SequenceForm.ENCODER_DECODER, 64).windows(Split.TRAIN, 100, 1);
        int[] counts = new int[4];
        for (int position = 0; position < 10; position++) {
            Arrays.stream(source.window(position).segments().get(0).tokens()).forEach(id -> counts[(int) id - 5]++);
        }
        // 8000 draws: 2000 each, standard deviation 39
        assertThat(Arrays.stream(counts).boxed()).allMatch(count -> Math.abs(count - 2000) < 200);
    }

    @Test
    void aWindowIsAPureFunctionOfItsPosition() {
        Task task = copy(6, 8, 1, SequenceForm.ENCODER_DECODER, 64);
        WindowSource source = task.windows(Split.TRAIN, 3, 7);
        Window later = source.window(12345678901L);
        source.window(0);
        assertThat(source.window(12345678901L)).usingRecursiveComparison().isEqualTo(later);
        assertThat(task.windows(Split.TRAIN, 3, 7).window(12345678901L))
                .usingRecursiveComparison()
                .isEqualTo(later);
        assertThat(task.windows(Split.TRAIN, 3, 8)
                        .window(12345678901L)
                        .segments()
                        .get(0)
                        .tokens())
                .isNotEqualTo(later.segments().get(0).tokens());
    }

    @Test
    void evaluationIsFiniteWithASmallerLastBatchAndIgnoresTheSeed() {
        Task task = copy(12, 64, 1, SequenceForm.ENCODER_DECODER, 64);
        WindowSource source = task.windows(Split.VALIDATION, 30, 1);
        assertThat(source.size()).isEqualTo(4);
        assertThat(source.window(3).segments().get(0).rows()).isEqualTo(10);
        assertThat(task.windows(Split.VALIDATION, 30, 2).window(3))
                .usingRecursiveComparison()
                .isEqualTo(source.window(3));
        assertThatThrownBy(() -> source.window(4)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void splitsAndSeedsShareNoSequence() {
        Task task = copy(16, 64, 1, SequenceForm.ENCODER_DECODER, 64);
        Set<String> sequences = new HashSet<>();
        int count = 0;
        for (Split split : Split.values()) {
            for (long seed = 0; seed < (split == Split.TRAIN ? 5 : 1); seed++) {
                WindowSource source = task.windows(split, 1, seed);
                for (long position = 0; position < 100; position++, count++) {
                    sequences.add(Arrays.toString(
                            source.window(position).segments().get(0).tokens()));
                }
            }
        }
        assertThat(sequences).hasSize(count);
    }

    @Test
    void idsAreReadAndWrittenByName() {
        Task task = retrieval(2, 4, 5, SequenceForm.DECODER, 64);
        String text = task.renderInput(new long[] {1, 5, 9, 3, 5, 4});
        assertThat(text).isEqualTo("BOS k0 v0 QUERY k0 ANS");
        assertThat(task.parseInput(text)).containsExactly(1, 5, 9, 3, 5, 4);
        assertThat(task.parseInput(" 1 5  9 ")).containsExactly(1, 5, 9);
        assertThat(task.renderTarget(new long[] {IGNORED, 9, IGNORED})).isEqualTo("v0");
        assertThatThrownBy(() -> task.parseInput("k0 k9"))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("'k9' is neither an id in 0..13 nor a symbol of this task such as k0");
    }

    @Test
    void moreKeysThanExistAreRefused() {
        assertThatThrownBy(() -> Settings.bind("task", RetrievalConfig.class, Map.of("pairs", 20)))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("keys (16) must be at least pairs (20)");
    }
}
