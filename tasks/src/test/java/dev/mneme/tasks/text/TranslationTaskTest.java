package dev.mneme.tasks.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.error.MnemeException;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TranslationTaskTest {
    @TempDir
    Path folder;

    private Task task(String path, String tokenizer, int maxLength) {
        return new TranslationProvider()
                .create(
                        new TranslationConfig(path, tokenizer, 1000, maxLength, maxLength),
                        new TaskContext(128, 1, folder));
    }

    private Path pairs(int count) throws IOException {
        return Files.writeString(
                folder.resolve("pairs.tsv"),
                IntStream.range(0, count)
                        .mapToObj(i -> i + "\tsource " + i + "\tziel " + i + " !\n")
                        .collect(Collectors.joining()));
    }

    private static List<String> targets(Task task, Split split, int rows, long windows, long seed) {
        WindowSource source = task.windows(split, rows, seed);
        List<String> targets = new ArrayList<>();
        for (long position = 0; position < windows; position++) {
            SegmentBatch batch = source.window(position).segments().get(0);
            int length = batch.decoderLength();
            for (int row = 0; row < batch.rows(); row++) {
                targets.add(task.renderTarget(Arrays.copyOfRange(batch.labels(), row * length, (row + 1) * length)));
            }
        }
        return targets;
    }

    @Test
    void bundledVersesAreTwoThousandOfFourToTwentyFourWords() {
        List<SentencePair> pairs = PairReader.bundled();
        assertThat(pairs).hasSize(2000);
        assertThat(pairs.stream().map(SentencePair::id).distinct()).hasSize(2000);
        assertThat(pairs).allMatch(pair -> words(pair.source()) >= 4 && words(pair.source()) <= 24);
        assertThat(pairs).allMatch(pair -> words(pair.target()) >= 4 && words(pair.target()) <= 24);
        assertThat(pairs.get(0))
                .isEqualTo(new SentencePair(
                        "Gen.1.3",
                        "God said, “Let there be light,” and there was light.",
                        "Y dijo Dios: Sea la luz: y fué la luz."));
    }

    private static int words(String text) {
        return text.split(" ").length;
    }

    @Test
    void batchesHoldPaddedSourcesAndShiftedTargets() throws IOException {
        Path file = Files.writeString(
                folder.resolve("all.jsonl"),
                IntStream.range(0, 200)
                        .mapToObj(i -> "{\"source\": \"" + "s".repeat(1 + i % 5) + "\", \"target\": \""
                                + "t".repeat(1 + i % 3) + "\", \"id\": \"" + i + "\"}\n")
                        .collect(Collectors.joining()));
        Task task = task(file.toString(), "bytes", 50);
        assertThat(task.info().vocabulary()).isEqualTo(260);
        assertThat(task.info().maxTargetLength()).isEqualTo(51);
        SegmentBatch batch =
                task.windows(Split.VALIDATION, 100, 0).window(0).segments().get(0);
        assertThat(batch.length()).isEqualTo(5);
        assertThat(batch.decoderLength()).isEqualTo(4);
        for (int row = 0; row < batch.rows(); row++) {
            int t = task.renderTarget(Arrays.copyOfRange(batch.labels(), row * 4, row * 4 + 4))
                    .length();
            for (int i = 0; i < 4; i++) {
                long label = i < t ? 't' + 4 : i == t ? 2 : SegmentBatch.IGNORED;
                long token = i == 0 ? 1 : i <= t ? 't' + 4 : 0;
                assertThat(batch.labels()[row * 4 + i]).isEqualTo(label);
                assertThat(batch.decoderTokens()[row * 4 + i]).isEqualTo(token);
            }
            for (int i = 0; i < 5; i++) {
                assertThat(batch.tokens()[row * 5 + i]).isEqualTo(batch.valid()[row * 5 + i] ? 's' + 4 : 0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bpe", "words", "characters", "bytes"})
    void everyPairIsInOnePartAndEvaluatedOnce(String tokenizer) throws IOException {
        Task task = task(pairs(400).toString(), tokenizer, 60);
        Set<String> all = new HashSet<>();
        int count = 0;
        for (Split split : Split.values()) {
            long windows =
                    split == Split.TRAIN ? 400 : task.windows(split, 3, 0).size();
            List<String> targets = targets(task, split, split == Split.TRAIN ? 1 : 3, windows, 0);
            Set<String> distinct = new HashSet<>(targets);
            if (split != Split.TRAIN && !tokenizer.equals("words")) {
                assertThat(distinct).hasSameSizeAs(targets);
                assertThat(targets).hasSizeBetween(8, 35);
            }
            count += distinct.size();
            all.addAll(distinct);
        }
        if (!tokenizer.equals("words")) {
            assertThat(all).hasSize(count).hasSize(400);
        }
    }

    @Test
    void anEpochHoldsEveryTrainingPairOnceInAnotherOrderEachTime() throws IOException {
        Task task = task(pairs(300).toString(), "bytes", 60);
        int size = new HashSet<>(targets(task, Split.TRAIN, 1, 300, 0)).size();
        List<String> first = targets(task, Split.TRAIN, 1, size, 0);
        WindowSource source = task.windows(Split.TRAIN, 1, 0);
        assertThat(new HashSet<>(first)).hasSize(size);
        assertThat(targets(task, Split.TRAIN, 1, size, 1))
                .isNotEqualTo(first)
                .containsExactlyInAnyOrderElementsOf(first);
        Window later = source.window(size + 5L);
        source.window(0);
        assertThat(source.window(size + 5L)).usingRecursiveComparison().isEqualTo(later);
        assertThat(source.size()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aBatchLargerThanTheDataRepeatsPairs() throws IOException {
        Task task = task(pairs(100).toString(), "bytes", 60);
        assertThat(task.windows(Split.TRAIN, 500, 0).window(3).segments().get(0).rows())
                .isEqualTo(500);
    }

    @Test
    void tooLongPairsAreSkippedAndCounted() throws IOException {
        Path file = pairs(400);
        Files.writeString(file, Files.readString(file) + "x\t" + "long ".repeat(100) + "\tkurz\n" + "y\tempty\t\n");
        assertThat(((TranslationTask) task(file.toString(), "bytes", 60)).skipped())
                .isEqualTo(2);
    }

    @Test
    void theSplitOfAPairDependsOnItsIdAlone() {
        SentencePair pair = new SentencePair("Gen.1.3", "a", "b");
        assertThat(pair.split()).isEqualTo(new SentencePair("Gen.1.3", "other", "text").split());
        List<SentencePair> bundled = PairReader.bundled();
        double training =
                bundled.stream().filter(each -> each.split() == Split.TRAIN).count() / 2000.0;
        assertThat(training).isEqualTo(0.9, within(0.02));
    }

    @Test
    void bytesPerLabelCountTheEndSymbol() throws IOException {
        Path file = Files.writeString(
                folder.resolve("same.tsv"),
                IntStream.range(0, 400).mapToObj(i -> i + "\tabc\tabcd\n").collect(Collectors.joining()));
        assertThat(task(file.toString(), "bytes", 60).info().bytesPerLabel()).isEqualTo(4.0 / 5);
    }

    @Test
    void generatedTextIsScoredByCorpusBleu() {
        Task task = task("", "bpe", 200);
        assertThat(task.info().vocabulary()).isEqualTo(1000);
        List<SentencePair> pairs = PairReader.bundled().subList(0, 50);
        List<long[]> references =
                pairs.stream().map(pair -> task.parseInput(pair.target())).toList();
        List<long[]> others = pairs.stream()
                .map(pair -> task.parseInput("Y dijo Dios " + pair.target()))
                .toList();
        assertThat(task.scoresGenerated()).isTrue();
        assertThat(task.scoreGenerated(references, references).get("bleu")).isEqualTo(100, within(1e-9));
        assertThat(task.scoreGenerated(others, references).get("bleu"))
                .isEqualTo(Bleu.corpus(
                        pairs.stream()
                                .map(pair -> "Y dijo Dios " + pair.target())
                                .toList(),
                        pairs.stream().map(SentencePair::target).toList()));
    }

    @Test
    void unknownWordsNeverMatch() throws IOException {
        Task task = task(pairs(400).toString(), "words", 60);
        long[] unknown = task.parseInput("ziel nirgends gesehen ganz fremd !");
        assertThat(task.renderInput(unknown)).contains("\uFFFD");
        assertThat(task.scoreGenerated(List.of(unknown), List.of(unknown)).get("bleu"))
                .isLessThan(50);
    }

    @Test
    void malformedFilesAreNamedWithTheirPlace() throws IOException {
        Path one = Files.writeString(folder.resolve("one.tsv"), "a\tb\nonly one\n");
        assertThatThrownBy(() -> task(one.toString(), "bytes", 60))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("one.tsv:2: expected source and target, or id, source and target")
                .hasMessageContaining("found 1 columns: only one");
        Path json = Files.writeString(folder.resolve("one.jsonl"), "{\"source\": \"a\"}\n");
        assertThatThrownBy(() -> task(json.toString(), "bytes", 60))
                .hasMessageContaining("one.jsonl:1: expected an object with the text field \"target\"");
        assertThatThrownBy(() -> task(folder.toString(), "bytes", 60)).hasMessageContaining("found a folder");
        assertThatThrownBy(() -> task("bible-en-se", "bytes", 60)).hasMessageContaining("did you mean 'bible-en-es'?");
        Path few = Files.writeString(folder.resolve("few.tsv"), "a\tb\n");
        assertThatThrownBy(() -> task(few.toString(), "bytes", 60)).hasMessageContaining("dividing 1 sentence pairs");
        assertThatThrownBy(() -> task("", "bytse", 60)).hasMessageContaining("did you mean 'bytes'?");
    }
}
