package dev.mneme.tasks.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.WindowSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class TokenSequencesTest {
    private static final Vocabulary WORDS = Vocabulary.of(List.of("login", "view", "pay", "de", "fr"));
    private static final TaskContext CONTEXT = new TaskContext(4, 2, Path.of("none"));

    @Test
    void idsFollowTheOrderOfTheWords() {
        assertThat(WORDS.size()).isEqualTo(7);
        assertThat(WORDS.begin()).isZero();
        assertThat(WORDS.encode("login", "view", "fr", "br")).containsExactly(2, 3, 6, 1);
        assertThat(WORDS.decode(0, 2, 6, 1, 99)).isEqualTo("<begin> login fr <unknown> ?99");
        assertThat(Vocabulary.of(WORDS.words()).encode("pay")).containsExactly(WORDS.encode("pay"));
        assertThat(Vocabulary.of(List.of("a", "b", "a")).size()).isEqualTo(4);
    }

    @Test
    void wordsWithBlanksAreRefused() {
        assertThatThrownBy(() -> Vocabulary.of(List.of("log in")))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("CONFIG_INVALID")
                .hasMessageContaining("'log in'");
        assertThatThrownBy(() -> Vocabulary.of(List.of(""))).hasMessageContaining("not empty");
        assertThatThrownBy(() -> Vocabulary.of(List.of())).hasMessageContaining("at least one word");
    }

    @Test
    void everySequenceIsPredictedFromItsBeginning() {
        Task task = TokenSequences.task(WORDS, sequences(40), CONTEXT);
        assertThat(task.info().form()).isEqualTo(Form.DECODER);
        assertThat(task.info().vocabulary()).isEqualTo(WORDS.size());
        assertThat(task.info().maxLength()).isEqualTo(4);

        // Numbers 19 and 39 are for the test, in one stream; their lengths are 3 and 5.
        WindowSource test = task.windows(Split.TEST, 1, 0);
        List<SegmentBatch> segments = new ArrayList<>();
        for (long position = 0; position < test.size(); position++) {
            segments.addAll(test.window(position).segments());
        }
        assertThat(segments).hasSize(3);
        assertThat(segments.get(0).tokens()).containsExactly(0, 2, 3, 0);
        assertThat(segments.get(0).labels()).containsExactly(2, 3, 4, SegmentBatch.IGNORED);
        assertThat(segments.get(0).valid()).containsExactly(true, true, true, false);
        assertThat(segments.get(0).reset()).containsExactly(true);
        assertThat(segments.get(1).tokens()).containsExactly(0, 2, 3, 4);
        assertThat(segments.get(1).labels()).containsExactly(2, 3, 4, 5);
        assertThat(segments.get(1).reset()).containsExactly(true);
        assertThat(segments.get(2).labels()[0]).isEqualTo(6);
        assertThat(segments.get(2).reset()).isNull();
    }

    @Test
    void partsMayBeGiven() {
        long[] one = WORDS.encode("login", "de");
        Task task = TokenSequences.task(
                WORDS,
                Map.of(Split.TRAIN, List.of(one), Split.VALIDATION, List.of(one), Split.TEST, List.of(one)),
                CONTEXT);
        assertThat(task.windows(Split.TEST, 1, 0).size()).isEqualTo(1);
        assertThat(task.renderInput(one)).isEqualTo("login de");
        assertThat(task.parseInput("login de")).containsExactly(one);
        assertThatThrownBy(() -> TokenSequences.task(WORDS, Map.of(Split.TRAIN, List.of(one)), CONTEXT))
                .hasMessageContaining("VALIDATION");
    }

    @Test
    void wrongSequencesAreNamed() {
        assertThatThrownBy(() -> TokenSequences.task(WORDS, sequences(19), CONTEXT))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("DATA_UNREADABLE: dividing 19 sequences")
                .hasMessageContaining("at least 20");
        List<long[]> sequences = sequences(40);
        sequences.set(3, new long[] {2, 7});
        assertThatThrownBy(() -> TokenSequences.task(WORDS, sequences, CONTEXT))
                .hasMessageContaining("sequence 3 of the split TRAIN, token 1: 7 is not in the vocabulary")
                .hasMessageContaining("0 to 6");
        sequences.set(3, new long[0]);
        assertThatThrownBy(() -> TokenSequences.task(WORDS, sequences, CONTEXT))
                .hasMessageContaining("sequence 3 of the split TRAIN is empty");
    }

    /** The words in order, 2 to 5 of them; number 19 has 3 and number 39 has 5. */
    private static List<long[]> sequences(int count) {
        List<long[]> sequences = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = i == 19 ? 3 : i == 39 ? 5 : 2 + i % 4;
            sequences.add(LongStream.range(2, 2 + length).toArray());
        }
        return sequences;
    }
}
