package dev.mneme.cli.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.cli.stream.LineCutter.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class LineCutterTest {
    @Test
    void linesAreWholeHoweverTheyArrive() {
        LineCutter cutter = new LineCutter();
        assertThat(cutter.add("a")).isEmpty();
        assertThat(cutter.add("b\n\nc")).containsExactly(new Part("ab\n", true), new Part("\n", true));
        assertThat(cutter.end()).containsExactly(new Part("c", true));
        assertThat(cutter.end()).isEmpty();
    }

    @Test
    void longLinesAreCutInOneWayBeforeBlanksAndNeverWithinACharacter() {
        String words = "word ".repeat(3000) + "\n";
        String pairs = "x" + "\ud83d\ude00".repeat(5000);
        String text = words + "short\n" + pairs;
        List<Part> expected = parts(text, text.length());
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20; i++) {
            assertThat(parts(text, 1 + random.nextInt(9000))).isEqualTo(expected);
        }
        assertThat(expected.stream().map(Part::text).collect(Collectors.joining()))
                .isEqualTo(text);
        assertThat(expected.stream().filter(Part::ends)).hasSize(3);
        for (Part part : expected) {
            assertThat(part.text()).hasSizeLessThanOrEqualTo(LineCutter.LONGEST);
            assertThat(Character.isLowSurrogate(part.text().charAt(0))).isFalse();
            if (part.text().contains("word") && !part.ends()) {
                assertThat(part.text()).endsWith("word");
            }
        }
    }

    private static List<Part> parts(String text, int size) {
        LineCutter cutter = new LineCutter();
        List<Part> parts = new ArrayList<>();
        for (int start = 0; start < text.length(); start += size) {
            parts.addAll(cutter.add(text.substring(start, Math.min(text.length(), start + size))));
        }
        parts.addAll(cutter.end());
        return parts;
    }
}
