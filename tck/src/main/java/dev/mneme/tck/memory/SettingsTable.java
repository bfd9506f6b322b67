package dev.mneme.tck.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.config.SettingDescription;
import dev.mneme.config.Settings;
import dev.mneme.stability.Beta;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The table of settings in a mechanism's README, held against the record that has them. */
@Beta
public final class SettingsTable {
    private static final String HEADER = "| key | type | range | default | meaning | paper |";

    private SettingsTable() {}

    /**
     * Asserts that the table headed {@code | key | type | range | default | meaning | paper |} has a row for each key of
     * a record, in its order, and no other. A key stands between backquotes, choices have commas between them, and a
     * default such as 2.0 is written 2.
     *
     * @param readme a text in Markdown
     * @throws AssertionError if the table is another one, or missing
     * @throws UncheckedIOException if the text cannot be read
     */
    public static void assertIn(Path readme, Class<? extends Record> config) {
        List<String> expected =
                Settings.describe(config).stream().map(SettingsTable::row).toList();
        assertThat(rows(readme)).as("settings in %s", readme).containsExactlyElementsOf(expected);
    }

    private static String row(SettingDescription setting) {
        List<String> cells = List.of(
                "`" + setting.key() + "`",
                setting.type().replace(" | ", ", "),
                setting.range(),
                setting.defaultValue().replaceFirst("[.]0$", ""),
                setting.summary(),
                setting.paper());
        return oneBlank("| " + String.join(" | ", cells) + " |");
    }

    private static List<String> rows(Path readme) {
        try {
            return Files.readAllLines(readme).stream()
                    .dropWhile(line -> !line.strip().equals(HEADER))
                    .skip(2) // the header and the line below it
                    .takeWhile(line -> line.startsWith("|"))
                    .map(SettingsTable::oneBlank)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An empty cell is written with one blank or two. */
    private static String oneBlank(String line) {
        return line.strip().replaceAll(" +", " ");
    }
}
