package dev.mneme.tck.memory;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.config.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SettingsTableTest {
    private static final String README = """
            # Made up

            | key | is not a table of settings |
            |---|---|
            | `depth` | no |

            | key | type | range | default | meaning | paper |
            |---|---|---|---|---|---|
            | `depth` | integer | 1..8 | 2 | blocks | 6 |
            | `rate` | number | 0..100 | 20 | share |  |
            | `mode` | fast, slow | | slow | which way | |

            | `after` | the table |
            """;

    @TempDir
    Path folder;

    enum Mode {
        FAST,
        SLOW
    }

    record Config(
            @Setting(value = "blocks", min = 1, max = 8, paper = "6")
            int depth,

            @Setting(value = "share", min = 0, max = 100) double rate,

            @Setting("which way") Mode mode) {
        static Config defaults() {
            return new Config(2, 20, Mode.SLOW);
        }
    }

    private void check(String readme) throws IOException {
        SettingsTable.assertIn(Files.writeString(folder.resolve("README.md"), readme), Config.class);
    }

    @Test
    void theTableOfTheRecordPasses() {
        assertThatCode(() -> check(README)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "| `depth` | integer;| `width` | integer",
                "1..8;1..9",
                "| 20 |;| 20.0 |",
                "fast, slow;fast, slow, none",
                "| 6 |;| 7 |",
                "share; a share of it",
                "|---|---|---|---|---|---|;|---|---|---|---|---|---|\\n| `old` | text | | | gone | |",
                "| key | type |;| name | type |"
            })
    void anyOtherTableFails(String written, String instead) {
        assertThatThrownBy(() -> check(README.replace(written, instead.replace("\\n", "\n"))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("README.md");
    }

    @Test
    void aRowThatIsMissingFails() {
        assertThatThrownBy(() -> check(README.replaceFirst("[|] `rate`.*\n", "")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("| `rate` | number | 0..100 | 20 | share | |");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> SettingsTable.assertIn(folder.resolve("none.md"), Config.class))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none.md");
    }
}
