package dev.mneme.tasks.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected scores and tokens are those of sacreBLEU 2.6.0 with default settings, where no derivation is given. */
final class BleuTest {
    private static double bleu(String hypothesis, String reference) {
        return Bleu.corpus(List.of(hypothesis), List.of(reference));
    }

    @Test
    void identicalCorporaScoreHundred() {
        assertThat(bleu("the cat sat on the mat", "the cat sat on the mat")).isEqualTo(100, within(1e-9));
    }

    @Test
    void ordersWithoutAMatchAreSmoothedExponentially() {
        // matches 5/6, 3/5, 1/4, 0/3 -> the last becomes 1/(2*3)
        double expected = 100 * Math.pow(5.0 / 6 * 3 / 5 * 1 / 4 * 1 / 6, 0.25);
        assertThat(bleu("the cat is on the mat", "the cat sat on the mat")).isEqualTo(expected, within(1e-9));
        assertThat(expected).isEqualTo(37.99178428257963, within(1e-9));
    }

    @Test
    void everyFurtherEmptyOrderIsHalvedAgain() {
        // matches 3/5, 1/4, 0/3, 0/2 -> 1/(2*3), 1/(4*2)
        double expected = 100 * Math.pow(3.0 / 5 * 1 / 4 * 1 / 6 * 1 / 8, 0.25);
        assertThat(bleu("a b x d y", "a b c d e")).isEqualTo(expected, within(1e-9));
        assertThat(expected).isEqualTo(23.643540225079384, within(1e-9));
    }

    @Test
    void matchesAreClippedByTheReference() {
        assertThat(bleu("the the the the the the the", "the cat is on the mat"))
                .isEqualTo(7.809849842300637, within(1e-9));
    }

    @Test
    void aShortHypothesisPaysTheBrevityPenalty() {
        assertThat(bleu("a b c d", "a b c d e f g h")).isEqualTo(100 * Math.exp(-1), within(1e-9));
    }

    @Test
    void countsAreSummedOverTheCorpus() {
        assertThat(Bleu.corpus(
                        List.of("The dog bit the man.", "It was not unexpected.", "The man bit him first."),
                        List.of("The dog bit the man.", "No one was surprised.", "The man had bitten the dog.")))
                .isEqualTo(41.57858006985021, within(1e-9));
    }

    @Test
    void numbersDashesAndEntitiesAreTokenizedBeforeCounting() {
        assertThat(bleu("El 3,5 % de 1.000 casos -dijo- es mucho.", "El 3,5 % de 1.000 casos dijo que es mucho, no?"))
                .isEqualTo(43.073448401045624, within(1e-9));
        assertThat(bleu("don't stop &quot;now&quot; at 10-20 km/h.", "don't stop \"now\" at 10-20 km/h!"))
                .isEqualTo(91.21679090703874, within(1e-9));
    }

    @Test
    void aCorpusWithoutMatchOrWithoutFourWordsScoresNothing() {
        assertThat(bleu("hello there my friend", "totally other words here")).isZero();
        assertThat(bleu("abc", "abc")).isZero();
        assertThat(bleu("", "a b c d")).isZero();
        assertThat(Bleu.corpus(List.of(), List.of())).isZero();
    }

    @Test
    void caseCounts() {
        assertThat(bleu("A b c d e", "a b c d e")).isLessThan(100);
    }

    @Test
    void aRealCorpusScoresAsInTheReferenceImplementation() {
        List<String> hypotheses = new ArrayList<>();
        List<String> references = new ArrayList<>();
        List<SentencePair> pairs = PairReader.bundled();
        for (int i = 0; i < pairs.size(); i++) {
            int sentence = i;
            String[] words = pairs.get(i).target().split(" ");
            references.add(pairs.get(i).target());
            hypotheses.add(String.join(
                    " ",
                    IntStream.range(0, words.length)
                            .filter(j -> (sentence + j) % 5 != 0)
                            .mapToObj(j -> words[j])
                            .toList()));
        }
        assertThat(Bleu.corpus(hypotheses, references)).isEqualTo(50.64249519837131, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "Hello, world!|Hello , world !",
                "It's 3.14, e.g. 1,000.|It's 3.14 , e . g . 1,000 .",
                "10-20 well-known|10 - 20 well-known",
                "a&amp;b &quot;x&quot; &lt;t&gt;|a & b \" x \" < t >",
                "5.|5 .",
                "¿Qué? «sí»|¿Qué ? «sí»",
                "3. x|3 . x",
                ",5 .5|, 5 . 5",
                "a..b|a . . b",
                "x\u00a0y|x y",
                "(a)[b]{c}~d`e@f/g|( a ) [ b ] { c } ~ d ` e @ f / g",
                "semi;colon:|semi ; colon :",
                "$5%|$ 5 %",
                "<skipped>x|x",
                "&amp;quot;|& quot ;"
            })
    void tokenizationIsThatOfMteval13a(String sentence, String tokens) {
        assertThat(Bleu.tokenize(sentence)).containsExactly(tokens.split(" "));
    }

    @Test
    void brokenLinesAreJoined() {
        assertThat(Bleu.tokenize("line-\nbreak a\nb")).containsExactly("linebreak", "a", "b");
    }

    @Test
    void unequalListsAreRefused() {
        assertThatThrownBy(() -> Bleu.corpus(List.of("a"), Arrays.asList("a", "b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 hypotheses but 2 references");
    }
}
