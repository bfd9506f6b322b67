package dev.mneme.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SwordTest {
    private static final List<String> OLD = List.of(
            "",
            "<div type=\"testament\"/>",
            "<div type=\"book\" osisID=\"Gen\" sID=\"b1\"/> <title>The Book of Genesis</title>",
            "<chapter osisID=\"Gen.1\" sID=\"Gen.1\"/> <title>Creation</title>",
            "<w lemma=\"1\">In</w> <w>the</w> <w>beginning</w> <note n=\"a\">or start</note>,<lb/>light",
            "",
            "<w>God</w><w>said</w> <transChange>it</transChange> .",
            "<chapter n=\"2\" osisID=\"Gen.2\" sID=\"Gen.2\"/> <speaker>Adam</speaker> <l level=\"1\"/>",
            "<w>Thus</w>  <divineName>Yahweh</divineName>\n<w>spoke</w>",
            "<div type=\"book\" osisID=\"Exod\" sID=\"b2\"/>",
            "a preface that belongs to no chapter",
            "<chapter osisID=\"Exod.1\" sID=\"Exod.1\"/>",
            "Now");
    private static final List<String> NEW = List.of("<chapter osisID=\"Matt.1\" sID=\"Matt.1\"/>", "Año");

    @Test
    void versesAreCountedFromTheirChapterHead() throws IOException {
        Map<String, String> verses = Sword.verses(SwordFiles.of(OLD, NEW)::get);
        assertThat(verses)
                .containsExactly(
                        Map.entry("Gen.1.1", "In the beginning, light"),
                        Map.entry("Gen.1.3", "God said it."),
                        Map.entry("Gen.2.1", "Thus Yahweh spoke"),
                        Map.entry("Exod.1.1", "Now"),
                        Map.entry("Matt.1.1", "Año"));
    }

    @Test
    void aCutFileIsAnErrorNotAShorterText() {
        Map<String, byte[]> files = SwordFiles.of(OLD, NEW);
        files.put("ot.bzz", new byte[3]);
        assertThatThrownBy(() -> Sword.verses(files::get))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("block 0");
    }

    @Test
    void verseLinesPairWhatBothHave() {
        Map<String, String> english = Map.of("Gen.1.1", "In the beginning");
        assertThat(DerivedPairs.verses(english, Map.of("Gen.1.1", "En el principio", "Gen.1.2", "Y")))
                .containsExactly("Gen.1.1\tIn the beginning\tEn el principio");
    }

    @Test
    void dictionaryLinesKeepSentencesWithAsManyPartsOnBothSides() throws IOException {
        String dictionary = """
                # comment :: Das ist nur ein Kommentar. | that is not one of them
                Haus {n} | Das Haus ist {n} sehr alt.; Alt ist es. :: house | The house [old] is very old.; It is.
                Das Haus steht ganz allein. | Haus :: The house stands alone.
                Das Haus ist alt. :: The house is old.
                Das Haus ist sehr alt :: The house is very old
                Das Haus ist sehr alt. :: It is old
                Wie alt ist das Haus? :: How old is it?
                """;
        assertThat(DerivedPairs.dictionarySentences(new BufferedReader(new StringReader(dictionary))))
                .containsExactly(
                        "Das Haus ist sehr alt.\tThe house is very old.", "Wie alt ist das Haus?\tHow old is it?");
    }
}
