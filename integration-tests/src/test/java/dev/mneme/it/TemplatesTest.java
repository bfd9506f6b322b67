package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.SpiVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pf4j.DefaultVersionManager;

/** The projects in {@code examples/}, which are the archetype's templates. */
final class TemplatesTest {
    private static final int MOST_LINES = 150;

    private final Path examples = Workbench.root().resolve("examples");

    @Test
    void aGatedSlotMemoryTakesAtMost150Lines() throws IOException {
        assertThat(lines("gated-slots")).as("all lines, blank ones included").isLessThanOrEqualTo(MOST_LINES);
    }

    @Test
    void theMinimalMemoryIsSmaller() throws IOException {
        assertThat(lines("running-mean")).isLessThan(lines("gated-slots"));
    }

    @Test
    void theProjectFilesDifferInTheirNameAlone() throws IOException {
        String slots = Files.readString(examples.resolve("gated-slots/pom.xml"));
        String mean = Files.readString(examples.resolve("running-mean/pom.xml"));
        assertThat(mean.replace("running-mean", "gated-slots")).isEqualTo(slots);
    }

    @Test
    void theProjectFileIsOfThisBuild() throws IOException {
        String pom = Files.readString(examples.resolve("gated-slots/pom.xml"));
        assertThat(pom).contains("<mneme.version>" + System.getProperty("mneme.version") + "</mneme.version>");
        String requires = pom.substring(pom.indexOf("<Plugin-Requires>") + 17, pom.indexOf("</Plugin-Requires>"))
                .replace("&gt;", ">")
                .replace("&lt;", "<")
                .replace("&amp;", "&");
        assertThat(new DefaultVersionManager().checkVersionConstraint(SpiVersion.CURRENT, requires))
                .as("%s holds %s", requires, SpiVersion.CURRENT)
                .isTrue();
    }

    private long lines(String example) throws IOException {
        try (Stream<Path> files = Files.walk(examples.resolve(example).resolve("src/main/java"))) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(sources).isNotEmpty();
            long lines = 0;
            for (Path source : sources) {
                lines += Files.readAllLines(source).size();
            }
            return lines;
        }
    }
}
