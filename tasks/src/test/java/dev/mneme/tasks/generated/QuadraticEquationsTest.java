package dev.mneme.tasks.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.config.Settings;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class QuadraticEquationsTest {
    private static final Pattern DISCRIMINANT = Pattern.compile("D=(\\d+)\\^2([+-])4\\*1\\*(\\d+)=(\\d+)=(\\d+)\\^2");
    private static final Pattern ROOT = Pattern.compile("x=\\((-?\\d+)([+-])(\\d+)\\)/2=(-?\\d+)");

    private static Task task(int segmentLength, Map<String, ?> settings) {
        return new QuadraticEquationsProvider()
                .create(
                        Settings.bind("task", QuadraticEquationsConfig.class, settings),
                        new TaskContext(segmentLength, 1, Path.of("data")));
    }

    @Test
    void theLinesAreThoseOfThePaper() {
        assertThat(new QuadraticEquation(-4, 6, 92).lines())
                .containsExactly(
                        "-4*x^2+392*x-2208=0",
                        "x^2-98*x+552=0",
                        "D=98^2-4*1*552=7396=86^2",
                        "x=(98-86)/2=6",
                        "x=(98+86)/2=92",
                        "6,92");
    }

    @Test
    void zeroTermsAndOnesAreLeftOut() {
        assertThat(new QuadraticEquation(-1, -3, 3).lines())
                .containsExactly("-x^2+9=0", "x^2-9=0", "D=0^2+4*1*9=36=6^2", "x=(0-6)/2=-3", "x=(0+6)/2=3", "-3,3");
        assertThat(new QuadraticEquation(1, -1, 0).lines())
                .startsWith("x^2+x=0", "x^2+x=0", "D=1^2-4*1*0=1=1^2", "x=(-1-1)/2=-1", "x=(-1+1)/2=0");
        assertThat(new QuadraticEquation(2, 0, 0).lines()).startsWith("2*x^2=0", "x^2=0", "D=0^2-4*1*0=0=0^2");
    }

    @Test
    void everyLineOfEveryAllowedEquationFitsItsSlot() {
        // the leading coefficient changes the first line alone, which grows with its size
        for (int smaller = -200; smaller <= 200; smaller++) {
            for (int larger = smaller; larger <= 200; larger++) {
                for (String line : new QuadraticEquation(-99, smaller, larger).lines()) {
                    if (line.length() > QuadraticEquationsProvider.SLOT) {
                        throw new AssertionError(line);
                    }
                }
            }
        }
    }

    @Test
    void everyStepIsRight() {
        for (int smaller = -15; smaller <= 99; smaller += 3) {
            for (int larger = smaller; larger <= 99; larger += 7) {
                for (int leading : new int[] {-9, -1, 1, 2}) {
                    List<String> lines = new QuadraticEquation(leading, smaller, larger).lines();
                    long[] given = coefficients(lines.get(0));
                    long[] canonical = coefficients(lines.get(1));
                    assertThat(canonical[0]).isOne();
                    assertThat(given).containsExactly(leading, leading * canonical[1], leading * canonical[2]);
                    checkSolution(lines, canonical[1], canonical[2]);
                }
            }
        }
    }

    /** Solves x^2 + b x + c = 0 again and compares. */
    private static void checkSolution(List<String> lines, long b, long c) {
        Matcher discriminant = matcher(DISCRIMINANT, lines.get(2));
        long product = (discriminant.group(2).equals("-") ? 1 : -1) * number(discriminant, 3);
        assertThat(number(discriminant, 1)).isEqualTo(Math.abs(b));
        assertThat(product).isEqualTo(c);
        assertThat(number(discriminant, 4)).isEqualTo(b * b - 4 * c);
        long root = number(discriminant, 5);
        assertThat(root * root).isEqualTo(b * b - 4 * c);
        long[] roots = new long[2];
        for (int i = 0; i < 2; i++) {
            Matcher line = matcher(ROOT, lines.get(3 + i));
            assertThat(number(line, 1)).isEqualTo(-b);
            assertThat(line.group(2)).isEqualTo(i == 0 ? "-" : "+");
            assertThat(number(line, 3)).isEqualTo(root);
            roots[i] = number(line, 4);
            assertThat(2 * roots[i]).isEqualTo(-b + (i == 0 ? -root : root));
            assertThat(roots[i] * roots[i] + b * roots[i] + c).isZero();
        }
        assertThat(lines.get(5)).isEqualTo(roots[0] + "," + roots[1]);
    }

    private static Matcher matcher(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        return matcher;
    }

    private static long number(Matcher matcher, int group) {
        return Long.parseLong(matcher.group(group));
    }

    /** Reads a polynomial = 0 term by term: the coefficients of x^2, x and 1. */
    private static long[] coefficients(String equation) {
        assertThat(equation).endsWith("=0");
        long[] coefficients = new long[3];
        for (String term : equation.substring(0, equation.length() - 2).split("(?=[+-])")) {
            int power = term.endsWith("x^2") ? 0 : term.endsWith("x") ? 1 : 2;
            String number = term.replaceAll("\\*?x(\\^2)?$", "");
            coefficients[power] =
                    number.isEmpty() || number.equals("+") ? 1 : number.equals("-") ? -1 : Long.parseLong(number);
        }
        return coefficients;
    }

    @Test
    void everySlotIsASegmentAndTheLast150TokensAreScored() {
        Task task = task(30, Map.of());
        List<SegmentBatch> segments = task.windows(Split.TRAIN, 1, 3).window(4).segments();
        assertThat(segments).hasSize(6).allMatch(segment -> segment.length() == 30 && segment.valid() == null);
        long[] tokens = segments.stream()
                .flatMapToLong(segment -> Arrays.stream(segment.tokens()))
                .toArray();
        long[] labels = segments.stream()
                .flatMapToLong(segment -> Arrays.stream(segment.labels()))
                .toArray();
        for (int i = 0; i < 180; i++) {
            assertThat(labels[i]).isEqualTo(i < 29 || i == 179 ? SegmentBatch.IGNORED : tokens[i + 1]);
        }
        for (int slot = 0; slot < 6; slot++) {
            String line = task.renderInput(segments.get(slot).tokens());
            assertThat(line).hasSize(30).doesNotContain(" ");
            assertThat(line.replaceAll("_+$", "")).isNotEmpty().doesNotContain("_");
            assertThat(task.parseInput(line)).containsExactly(segments.get(slot).tokens());
        }
        assertThat(task.info().maxLength()).isEqualTo(30);
        assertThat(task.info().vocabulary()).isEqualTo(22);
        assertThat(task.info().chanceAccuracy()).isNaN();
        assertThatThrownBy(() -> task.parseInput("y=1")).hasMessageContaining("'y' is not a character of this task");
    }

    @Test
    void aLongSegmentHoldsTheWholeSolution() {
        Task task = task(1000, Map.of());
        List<SegmentBatch> segments = task.windows(Split.TRAIN, 1, 3).window(4).segments();
        assertThat(segments).hasSize(1);
        assertThat(segments.get(0).length()).isEqualTo(180);
    }

    @Test
    void noEquationIsInTwoSplits() {
        // with few equations every one comes up many times
        Task task = task(30, Map.of("max_root", 10, "max_leading", 1, "evaluation_sequences", 2000));
        Map<String, Split> seen = new HashMap<>();
        for (Split split : Split.values()) {
            for (int position = 0; position < 2000; position++) {
                SegmentBatch first =
                        task.windows(split, 1, 0).window(position).segments().get(0);
                assertThat(seen.merge(Arrays.toString(first.tokens()), split, (old, unused) -> old))
                        .isEqualTo(split);
            }
        }
        assertThat(seen.values()).contains(Split.values());
        // 2 leading coefficients, 21 * 22 / 2 pairs of roots
        assertThat(seen).hasSizeBetween(440, 462);
    }
}
