package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A folder that a release was deployed to; run by {@code .ci/release-check}, which makes one. */
@EnabledIfSystemProperty(
        named = PublishedRepositoryTest.FOLDER,
        matches = ".+",
        disabledReason = "needs a deployed release: .ci/release-check")
final class PublishedRepositoryTest {
    static final String FOLDER = "mneme.published";

    static Stream<PublishedModule> jars() throws IOException {
        return PublishedModulesTest.jars();
    }

    private static Path folder() {
        return Path.of(System.getProperty(FOLDER));
    }

    @Test
    void nothingElseIsPublished() throws IOException {
        try (Stream<Path> artifacts = Files.list(folder().resolve("dev/mneme")).filter(Files::isDirectory)) {
            assertThat(artifacts.map(artifact -> artifact.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(PublishedModulesTest.modules().stream()
                            .map(PublishedModule::artifact)
                            .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("jars")
    void sourcesAndJavadocLieBesideEveryJar(PublishedModule module) throws IOException {
        String page = module.packaging().equals("jar") ? "index.html" : "README.md";
        assertThat(names(file(module, "-javadoc.jar"))).contains(page);
        List<String> sources = names(file(module, "-sources.jar"));
        List<String> classes = names(file(module, ".jar"));
        assertThat(sources).contains("META-INF/LICENSE", "META-INF/NOTICE");
        for (String name : classes) {
            if (name.endsWith(".class") && !name.contains("$")) {
                assertThat(sources).contains(name.replace(".class", ".java"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("jars")
    void theBillOfMaterialsNamesEveryPartWithItsLicence(PublishedModule module) throws IOException {
        JsonNode bill =
                new ObjectMapper().readTree(file(module, "-cyclonedx.json").toFile());
        assertThat(bill.path("metadata").path("component").path("name").asText())
                .isEqualTo(module.artifact());
        assertThat(bill.path("metadata").has("timestamp"))
                .as("a time of its own")
                .isFalse();
        assertThat(StreamSupport.stream(bill.path("components").spliterator(), false))
                .allMatch(part -> part.path("licenses").size() > 0, "has a licence");
    }

    @Test
    void theNativesOfPyTorchAreInTheBill() throws IOException {
        PublishedModule engine = jars().filter(module -> module.artifact().equals("mneme-backend-cpu-libtorch"))
                .findFirst()
                .orElseThrow();
        JsonNode bill =
                new ObjectMapper().readTree(file(engine, "-cyclonedx.json").toFile());
        JsonNode natives = StreamSupport.stream(bill.path("components").spliterator(), false)
                .filter(part -> part.path("purl").asText().startsWith("pkg:maven/org.bytedeco/pytorch@"))
                .filter(part -> part.path("purl").asText().contains("classifier=linux-x86_64"))
                .findFirst()
                .orElseThrow();
        assertThat(natives.path("licenses").findValuesAsText("id")).contains("Apache-2.0");
        assertThat(natives.path("hashes").findValuesAsText("alg")).contains("SHA-256");
    }

    /** The only one; in a folder of snapshots its name ends in a time. */
    private static Path file(PublishedModule module, String end) throws IOException {
        String stem = module.artifact() + "-" + module.version().replace("SNAPSHOT", "");
        try (Stream<Path> files = Files.list(module.in(folder(), end).getParent())) {
            List<Path> found = files.filter(file -> file.getFileName()
                            .toString()
                            .matches("\\Q" + stem + "\\E(\\d{8}\\.\\d{6}-\\d+)?\\Q" + end + "\\E"))
                    .toList();
            assertThat(found).as(stem + "*" + end).hasSize(1);
            return found.get(0);
        }
    }

    private static List<String> names(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(entry -> entry.getName()).toList();
        }
    }
}
