package dev.mneme.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ConsoleTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void jsonIsAllThatGoesToStandardOutputWhenAskedFor() {
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), true);
        console.say("for people");
        console.result(Map.of("loss", 0.5));

        assertThat(out.toString().lines()).containsExactly("{\"loss\":0.5}");
        assertThat(err.toString().lines()).containsExactly("for people");
    }

    @Test
    void withoutJsonTheTextIsTheResult() {
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false);
        console.say("for people");
        console.result(Map.of("loss", 0.5));

        assertThat(out.toString().lines()).containsExactly("for people");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void numbersWithoutAWordInJsonBecomeNull() {
        assertThat(Console.toJson(Map.of("a", List.of(Double.NaN, 1.5, Double.POSITIVE_INFINITY))))
                .isEqualTo("{\"a\":[null,1.5,null]}");
    }

    @Test
    void tableColumnsAreAligned() {
        assertThat(new TextTable("name", "value")
                        .row("a", "1")
                        .row("longer", "2")
                        .lines())
                .containsExactly("name    value", "------  -----", "a       1", "longer  2");
    }

    @Test
    void tableRefusesRowsOfAnotherLength() {
        assertThatThrownBy(() -> new TextTable("a", "b").row("1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 columns, row has 1");
    }

    @Test
    void quantitiesReadWell() {
        assertThat(Quantity.percent(0.1797)).isEqualTo("18.0 %");
        assertThat(Quantity.percent(Double.NaN)).isEqualTo("-");
        assertThat(Quantity.count(950)).isEqualTo("950");
        assertThat(Quantity.count(12_345)).isEqualTo("12.3k");
        assertThat(Quantity.count(4_560_000)).isEqualTo("4.56M");
        assertThat(Quantity.bytes(512)).isEqualTo("512 B");
        assertThat(Quantity.bytes(3_565_158)).isEqualTo("3.4 MB");
        assertThat(Quantity.duration(Duration.ofMillis(8_200))).isEqualTo("8s");
        assertThat(Quantity.duration(Duration.ofSeconds(125))).isEqualTo("2m05s");
        assertThat(Quantity.duration(Duration.ofSeconds(3_720))).isEqualTo("1h02m");
        assertThat(Quantity.number(2.5)).isEqualTo("2.500");
        assertThat(Quantity.number(17)).isEqualTo("17");
    }
}
