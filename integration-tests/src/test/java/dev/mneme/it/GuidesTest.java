package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What guides show is what is compiled. */
final class GuidesTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(java|xml)\\n(.*?)^```");

    @ParameterizedTest
    @CsvSource({"embedding.md, 6"})
    void everyBlockOfCodeIsPartOfAnExample(String guide, int blocks) throws IOException {
        Path root = Path.of(System.getProperty("mneme.root"));
        String text = Files.readString(root.resolve("docs").resolve(guide));
        List<String> shown = BLOCK.matcher(text)
                .results()
                .map(block -> withoutLayout(block.group(2)))
                .toList();
        List<String> sources = sources(root.resolve("examples"));
        assertThat(shown).hasSize(blocks);
        for (String block : shown) {
            assertThat(sources).as("the files of examples/").anyMatch(source -> source.contains(block));
        }
    }

    private static List<String> sources(Path examples) throws IOException {
        try (Stream<Path> files = Files.walk(examples)) {
            return files.filter(file -> file.toString().endsWith(".java") || file.endsWith("pom.xml"))
                    .map(GuidesTest::read)
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return withoutLayout(Files.readString(file));
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }

    private static String withoutLayout(String text) {
        return text.lines().map(String::strip).collect(Collectors.joining()).replace(" ", "");
    }
}
