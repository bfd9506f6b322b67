package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code docs/spi-rules.md}: its rules are compared with those of the kit, its tables with what broken memories and engines
 * really give. {@code -Dmneme.docs.update=true} writes the tables anew.
 */
public final class RulesPage {
    private static final Path FILE = Path.of("../docs/spi-rules.md");
    private static final Pattern DECIMALS = Pattern.compile("(?<![.\\d])-?\\d+\\.(\\d{3,}(E-?\\d+)?|\\d+E-?\\d+)");
    private static final Pattern AMOUNTS = Pattern.compile("\\d+ tensors and \\d+ bytes");
    private static final Pattern FOLDERS = Pattern.compile("(?<![\\w.])/(?:[^\\s,/\\]]+/)+");

    private static final int LONGEST = 300;

    private final String text;

    private RulesPage(String text) {
        this.text = text;
    }

    public static RulesPage read() throws IOException {
        return new RulesPage(Files.readString(FILE));
    }

    /** A rule as a link within the page. */
    public static String link(String number, String title) {
        return "[" + number + " " + title + "](#" + title + ")";
    }

    /** What a failure says it saw, on one line and without what differs from run to run. */
    public static String seen(String message) {
        int start = message.indexOf("\n  seen: ");
        int end = message.indexOf("\n  read: ");
        String seen = message.substring(start + "\n  seen: ".length(), end).replaceAll("\\s+", " ");
        seen = DECIMALS.matcher(seen).replaceAll("…").replace(" (tolerance …)", "");
        seen = seen.length() > LONGEST ? seen.substring(0, LONGEST) + "…" : seen;
        seen = AMOUNTS.matcher(seen).replaceAll("… tensors and … bytes");
        // Which of two threads is late, and where, is chance.
        seen = seen.replaceFirst("(beside another thread), .*", "$1, …");
        return FOLDERS.matcher(seen).replaceAll("").replace("|", "\\|").replace('`', '\'');
    }

    /** Requires a row for the rule that says what the kit promises, and below it why. */
    public void requireRule(String number, String title, String promise) {
        String row = "| <a id=\"" + title + "\"></a>" + number + " | **" + title + "** | " + promise + " |\n| | | *";
        assertThat(text).as("rule %s of %s", number, FILE).contains(row);
    }

    /**
     * The rows of a generated table.
     *
     * @param table its name in the page's marks
     */
    public void compareOrRewrite(String table, List<String> rows) throws IOException {
        String begin = "<!-- generated: " + table + " -->\n";
        String end = "<!-- end of " + table + " -->\n";
        int from = text.indexOf(begin);
        int to = text.indexOf(end);
        assertThat(from).as("mark of table '%s' in %s", table, FILE).isNotNegative();
        assertThat(to).as("end of table '%s' in %s", table, FILE).isGreaterThan(from);
        int firstRow = text.indexOf("|\n", text.indexOf("|---", from)) + 2;
        String generated = String.join("\n", rows) + "\n\n";
        if (Boolean.getBoolean("mneme.docs.update")) {
            Files.writeString(FILE, text.substring(0, firstRow) + generated + text.substring(to));
            return;
        }
        assertThat(text.substring(firstRow, to))
                .as("table '%s' of %s; -Dmneme.docs.update=true writes it anew", table, FILE)
                .isEqualTo(generated);
    }
}
