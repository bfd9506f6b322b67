package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/writing-a-memory.md}, followed to the letter. */
final class WriteAMemoryTest {
    private static final String GUIDE = "writing-a-memory.md";

    @TempDir
    Path folder;

    @Test
    void theGuideLeadsFromOneCommandToATrainedMechanism() throws Exception {
        List<Page.Block> blocks = Page.blocks(GUIDE);
        assertThat(blocks).extracting(Page.Block::language).contains("java", "sh");
        try (Workbench workbench = Workbench.in(folder)) {
            Path project = Page.follow(blocks, workbench);

            assertThat(accuracy(project.resolve("runs/mean")))
                    .as("of the generated mechanism; guessing is right once in four")
                    .isGreaterThan(0.9);
            assertThat(accuracy(project.resolve("runs/slots")))
                    .as("of the reader's own mechanism")
                    .isGreaterThan(0.9);
            BuiltProject.check(project, workbench);
        }
    }

    @Test
    void theGuideArrivesAtTheExample() throws IOException {
        Path example = Workbench.root().resolve("examples/gated-slots");
        for (Page.Block block : Page.blocks(GUIDE)) {
            if (block.language().equals("java")) {
                assertThat(block.content())
                        .as("%s in %s and in %s", block.file(), GUIDE, example)
                        .isEqualTo(Files.readString(example.resolve(block.file())));
            }
        }
        try (Stream<Path> files = Files.walk(example.resolve("src"))) {
            List<String> written = Page.blocks(GUIDE).stream()
                    .filter(block -> block.language().equals("java"))
                    .map(Page.Block::file)
                    .toList();
            assertThat(files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> !file.endsWith("package-info.java"))
                            .map(file -> example.relativize(file).toString()))
                    .containsExactlyInAnyOrderElementsOf(written);
        }
    }

    /** On the test part, as training left it: the first mechanism's jar has been replaced by then. */
    private static double accuracy(Path run) throws IOException {
        List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
        JsonNode last = new ObjectMapper().readTree(lines.get(lines.size() - 1));
        assertThat(last.path("split").asText()).isEqualTo("test");
        return last.path("accuracy").asDouble();
    }
}
