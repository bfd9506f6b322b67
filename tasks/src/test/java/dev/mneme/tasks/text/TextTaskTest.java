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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TextTaskTest {
    @TempDir
    Path folder;

    private Task task(String path, int segmentLength, int segments) {
        return new TextProvider()
                .create(new TextConfig(path, "bytes"), new TaskContext(segmentLength, segments, folder));
    }

    private Task taskOf(String text, int segmentLength, int segments) throws IOException {
        return task(Files.writeString(folder.resolve("text.txt"), text).toString(), segmentLength, segments);
    }

    private static String numbered(int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(i).append(i % 7 == 0 ? "ñ\n" : " ");
        }
        return text.toString();
    }

    /** Labels of each row in the order they are predicted. */
    private static List<List<Long>> labelsByRow(WindowSource source, long windows) {
        List<List<Long>> rows = new ArrayList<>();
        for (long position = 0; position < windows; position++) {
            for (SegmentBatch segment : source.window(position).segments()) {
                for (int row = 0; row < segment.rows(); row++) {
                    if (rows.size() <= row) {
                        rows.add(new ArrayList<>());
                    }
                    for (int i = 0; i < segment.length(); i++) {
                        long label = segment.labels()[row * segment.length() + i];
                        if (label != SegmentBatch.IGNORED) {
                            rows.get(row).add(label);
                        }
                    }
                }
            }
        }
        return rows;
    }

    private static String text(List<List<Long>> rows) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        rows.forEach(row -> row.forEach(label -> bytes.write(label.intValue())));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String evaluated(Task task, Split split, int rows) {
        WindowSource source = task.windows(split, rows, 0);
        return text(labelsByRow(source, source.size()));
    }

    @ParameterizedTest
    @CsvSource({"1,16,1", "4,16,3", "3,7,2", "64,5,4", "2,1000,2"})
    void evaluationPredictsEveryByteOnceInOrder(int rows, int segmentLength, int segments) throws IOException {
        String text = numbered(5000);
        Task task = taskOf(text, segmentLength, segments);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String validation = evaluated(task, Split.VALIDATION, rows);
        String test = evaluated(task, Split.TEST, rows);
        assertThat(text).endsWith(validation + test);
        assertThat(validation.getBytes(StandardCharsets.UTF_8).length).isCloseTo(bytes.length / 20, within(4));
        assertThat(test.getBytes(StandardCharsets.UTF_8).length).isCloseTo(bytes.length / 20, within(4));
    }

    @Test
    void theBundledBookIsDividedByPosition() {
        Task task = task("", 128, 4);
        String validation = evaluated(task, Split.VALIDATION, 8);
        String test = evaluated(task, Split.TEST, 8);
        assertThat(validation.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(60_240, 60_260);
        assertThat(test).endsWith("the great\nshroud of the sea rolled on as it rolled five thousand years ago.\n");
        assertThat(task.info().vocabulary()).isEqualTo(256);
        assertThat(task.info().bytesPerLabel()).isEqualTo(1);
    }

    @Test
    void trainingLabelsAreTheNextBytesAcrossSegmentsAndWindows() throws IOException {
        Task task = taskOf(numbered(3000), 10, 3);
        WindowSource source = task.windows(Split.TRAIN, 4, 11);
        long[] previousLabel = new long[4];
        int[] length = new int[4];
        int continued = 0;
        for (long position = 0; position < 400; position++) {
            Window window = source.window(position);
            assertThat(window.carriesState()).isTrue();
            assertThat(window.segments()).hasSize(3);
            for (SegmentBatch segment : window.segments()) {
                for (int row = 0; row < 4; row++) {
                    boolean reset = segment.reset() != null && segment.reset()[row];
                    length[row] = reset ? 0 : length[row];
                    for (int i = 0; i < 10; i++) {
                        int at = row * 10 + i;
                        if (segment.valid() != null && !segment.valid()[at]) {
                            assertThat(segment.labels()[at]).isEqualTo(SegmentBatch.IGNORED);
                            continue;
                        }
                        if (length[row] > 0) {
                            assertThat(segment.tokens()[at]).isEqualTo(previousLabel[row]);
                            continued++;
                        }
                        previousLabel[row] = segment.labels()[at];
                        length[row]++;
                    }
                }
            }
        }
        assertThat(continued).isGreaterThan(40_000);
    }

    @Test
    void everyTrainingStreamIsAPieceOfTheTrainingPart() throws IOException {
        String text = numbered(3000).replace("ñ", "n");
        Task task = taskOf(text, 10, 2);
        int training = text.length() * 90 / 100;
        String ring = text.substring(0, training) + text.substring(0, training);
        for (long seed = 0; seed < 3; seed++) {
            WindowSource source = task.windows(Split.TRAIN, 4, seed);
            long windows = training / 4 / 20;
            List<List<Long>> rows = labelsByRow(source, windows);
            for (List<Long> row : rows) {
                assertThat(row).hasSizeGreaterThan((int) windows * 19);
                assertThat(ring).contains(text(List.of(row)));
            }
        }
    }

    @Test
    void oneEpochReadsNearlyTheWholeTrainingPart() throws IOException {
        String text = numbered(3000).replace("ñ", "n");
        Task task = taskOf(text, 10, 2);
        int training = text.length() * 90 / 100;
        WindowSource source = task.windows(Split.TRAIN, 4, 3);
        long windows = (training / 4 + 19) / 20;
        String read = text(labelsByRow(source, windows));
        assertThat(read.length()).isBetween(training, training + 4 * 40);
    }

    @Test
    void epochsAndSeedsCutTheTextAtOtherPlaces() throws IOException {
        String text = numbered(2000);
        Task task = taskOf(text, 16, 1);
        WindowSource source = task.windows(Split.TRAIN, 1, 1);
        long training = text.getBytes(StandardCharsets.UTF_8).length * 90L / 100;
        long windows = (training + 15) / 16;
        long[] first = source.window(0).segments().get(0).labels();
        assertThat(source.window(windows).segments().get(0).labels()).isNotEqualTo(first);
        assertThat(source.window(windows).segments().get(0).reset()).containsExactly(true);
        assertThat(task.windows(Split.TRAIN, 1, 2).window(0).segments().get(0).labels())
                .isNotEqualTo(first);
    }

    @Test
    void aWindowIsAPureFunctionOfItsPosition() throws IOException {
        Task task = taskOf(numbered(2000), 16, 2);
        WindowSource source = task.windows(Split.TRAIN, 3, 5);
        Window late = source.window(100_000);
        source.window(7);
        assertThat(source.window(100_000)).usingRecursiveComparison().isEqualTo(late);
        assertThat(task.windows(Split.TRAIN, 3, 5).window(100_000))
                .usingRecursiveComparison()
                .isEqualTo(late);
    }

    @Test
    void aDocumentBeginsWithAResetAndTheBeginTokenAndEndsPadded() throws IOException {
        Path documents = Files.createDirectory(folder.resolve("documents"));
        for (int i = 0; i < 40; i++) {
            Files.writeString(documents.resolve(String.format("%02d.txt", i)), "document " + i + " " + "x".repeat(i));
        }
        Task task = task(documents.toString(), 16, 2);
        WindowSource source = task.windows(Split.TEST, 1, 0);
        SegmentBatch first = source.window(0).segments().get(0);
        assertThat(task.renderTarget(first.labels())).isEqualTo("document 19 xxxx");
        assertThat(task.renderInput(first.tokens())).isEqualTo("\ndocument 19 xxx");
        assertThat(first.reset()).containsExactly(true);
        SegmentBatch second = source.window(0).segments().get(1);
        assertThat(second.reset()).isNull();
        assertThat(second.valid()).containsExactly(startingWith(15, 16));
        SegmentBatch third = source.window(1).segments().get(0);
        assertThat(third.reset()).containsExactly(true);
        assertThat(task.renderTarget(third.labels())).isEqualTo("document 39 xxxx");
        assertThat(evaluated(task, Split.VALIDATION, 4))
                .isEqualTo("document 18 " + "x".repeat(18) + "document 38 " + "x".repeat(38));
        String training = text(labelsByRow(task.windows(Split.TRAIN, 2, 0), 200));
        assertThat(training).doesNotContain("document 19", "document 39", "document 18", "document 38");
        assertThat(training).contains("document 0 document 1 xdocument 2 xx");
    }

    private static boolean[] startingWith(int count, int length) {
        boolean[] flags = new boolean[length];
        Arrays.fill(flags, 0, count, true);
        return flags;
    }

    @Test
    void rowsThatHaveEndedScoreNothingButStayAttendable() throws IOException {
        Task task = taskOf(numbered(4000), 10, 3);
        WindowSource source = task.windows(Split.TEST, 4, 0);
        int rows = source.window(0).segments().get(0).rows();
        assertThat(rows).isEqualTo(4);
        for (long position = 0; position < source.size(); position++) {
            for (SegmentBatch segment : source.window(position).segments()) {
                assertThat(segment.rows()).isEqualTo(rows);
                for (int row = 0; row < rows; row++) {
                    assertThat(segment.valid() == null || segment.valid()[row * 10])
                            .isTrue();
                }
            }
        }
    }

    @Test
    void jsonLinesAreDocuments() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            lines.append("{\"id\": ")
                    .append(i)
                    .append(", \"text\": \"línea\\n")
                    .append(i)
                    .append("\"}\n\n");
        }
        Path file = Files.writeString(folder.resolve("texts.jsonl"), lines);
        Task task = task(file.toString(), 32, 1);
        assertThat(evaluated(task, Split.VALIDATION, 1)).isEqualTo("línea\n18");
        assertThat(evaluated(task, Split.TEST, 1)).isEqualTo("línea\n19");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"text\": 5}", "{\"body\": \"x\"}", "[1]"})
    void aJsonLineWithoutTextIsNamedWithItsPlace(String line) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.jsonl"), "{\"text\": \"ok\"}\n" + line + "\n");
        assertThatThrownBy(() -> task(file.toString(), 8, 1))
                .isInstanceOf(MnemeException.class)
                .hasMessageStartingWith(
                        "DATA_UNREADABLE: " + file + ":2: expected an object with the text field \"text\"")
                .hasMessageContaining(line.replace(": ", ":"));
    }

    @Test
    void aLineThatIsNoJsonIsNamedWithItsPlace() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.jsonl"), "plain words\n");
        assertThatThrownBy(() -> task(file.toString(), 8, 1))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("bad.jsonl:1: expected one JSON object a line, found plain words");
    }

    @Test
    void unusablePathsSayWhatToDo() throws IOException {
        assertThatThrownBy(() -> task("state-of-the-unoin", 8, 1))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("no such file or folder")
                .hasMessageContaining("did you mean 'state-of-the-union'?");
        assertThatThrownBy(() -> task("state-of-the-union", 8, 1))
                .hasMessageContaining("get it with: mneme data fetch state-of-the-union");
        assertThatThrownBy(() -> task("bible-en-es", 8, 1))
                .hasMessageContaining("holds PAIRS, but the task reads DOCUMENTS");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> task(empty.toString(), 8, 1)).hasMessageContaining("found no text in it");
        assertThatThrownBy(() -> taskOf("short", 8, 1)).hasMessageContaining("dividing a text of 5 bytes 90 / 5 / 5");
        Task small = taskOf("a text of some forty bytes, not enough..", 8, 1);
        assertThatThrownBy(() -> small.windows(Split.TRAIN, 64, 0))
                .hasMessageContaining("into 64 streams: it has only 36 tokens");
    }

    @Test
    void aFetchedSetIsReadByName() throws IOException {
        Path text = Files.createDirectories(folder.resolve("state-of-the-union").resolve("text"));
        for (int i = 0; i < 20; i++) {
            Files.writeString(text.resolve(1790 + i + "_a_b_n.txt"), "address " + i);
        }
        assertThat(evaluated(task("state-of-the-union", 8, 1), Split.TEST, 1)).isEqualTo("address 19");
    }

    @Test
    void bytesPerLabelAreMeasuredForOtherTokenizers() throws IOException {
        Path tokenizer = Files.writeString(folder.resolve("tokenizer.json"), """
                {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
                 "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "whale": 1}, "unk_token": "[UNK]"}}
                """);
        Path file = Files.writeString(folder.resolve("text.txt"), "whale ".repeat(200));
        Task task = new TextProvider()
                .create(new TextConfig(file.toString(), tokenizer.toString()), new TaskContext(8, 1, folder));
        assertThat(task.info().vocabulary()).isEqualTo(2);
        assertThat(task.info().bytesPerLabel()).isEqualTo(6);
        assertThat(task.parseInput("whale ahoy")).containsExactly(1, 0);
        List<List<Long>> labels = labelsByRow(task.windows(Split.TEST, 1, 0), 2);
        assertThat(labels.get(0)).hasSize(10).containsOnly(1L);
    }

    @Test
    void promptsAreEncodedAndAnEmptyOneBeginsADocument() throws IOException {
        Task task = taskOf(numbered(100), 8, 1);
        assertThat(task.parseInput("añ")).containsExactly('a', 0xC3, 0xB1);
        assertThat(task.parseInput("")).containsExactly('\n');
    }
}
