package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What a Maven repository gets of each module: a project file that stands alone, and a jar that is the same every time. */
final class PublishedModulesTest {
    /** What the manifest may hold: nothing of who built it, when, and where. */
    private static final Set<String> MANIFEST = Set.of(
            "Manifest-Version",
            "Created-By",
            "Build-Jdk-Spec",
            "Implementation-Title",
            "Implementation-Version",
            "Automatic-Module-Name",
            "Main-Class",
            "Plugin-Id",
            "Plugin-Version",
            "Plugin-Requires",
            "Plugin-Provider",
            "Plugin-Description",
            "Plugin-License");

    /** Published by builds with {@code -Pcuda} alone. */
    private static final List<String> ONLY_WITH_CUDA =
            List.of("mneme-backend-cuda-libtorch-natives", "mneme-backend-cuda-libtorch-redist");

    static List<PublishedModule> modules() throws IOException {
        return PublishedModule.all(Workbench.root());
    }

    static Stream<PublishedModule> jars() throws IOException {
        return modules().stream().filter(PublishedModule::hasJar);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void theProjectFileStandsAlone(PublishedModule module) throws IOException {
        String pom = Files.readString(module.pom());
        assertThat(pom)
                .doesNotContain("<parent>", "${", "<build>", "<profiles>", "<modules>", "<scope>test")
                .contains("<name>Mneme", "<description>", "<name>Apache-2.0</name>", "<developers>");
        NodeList dependencies = PublishedModule.parse(module.pom()).getElementsByTagName("dependency");
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            String version = PublishedModule.text(dependency, "version");
            if (PublishedModule.text(dependency, "groupId").equals("dev.mneme")) {
                assertThat(version).isEqualTo(System.getProperty("mneme.version"));
            } else {
                assertThat(version).isNotEmpty().doesNotContain("SNAPSHOT");
            }
        }
    }

    @Test
    void theBomNamesEveryArtifactOnceAndNoOther() throws IOException {
        List<PublishedModule> modules = modules();
        PublishedModule bom = modules.stream()
                .filter(module -> !module.hasJar())
                .reduce((one, other) -> {
                    throw new AssertionError("published without a jar: " + one + ", " + other);
                })
                .orElseThrow();
        NodeList managed = PublishedModule.parse(bom.pom()).getElementsByTagName("dependency");
        List<String> named = Stream.iterate(0, i -> i + 1)
                .limit(managed.getLength())
                .map(i -> (Element) managed.item(i))
                .filter(dependency ->
                        PublishedModule.text(dependency, "groupId").equals("dev.mneme"))
                .map(dependency -> PublishedModule.text(dependency, "artifactId"))
                .toList();
        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(jars().map(PublishedModule::artifact), ONLY_WITH_CUDA.stream())
                                .toList());
    }

    @ParameterizedTest
    @MethodSource("jars")
    void theJarIsTheSameEveryTime(PublishedModule module) throws IOException {
        LocalDateTime time = OffsetDateTime.parse(System.getProperty("mneme.timestamp"))
                .withOffsetSameInstant(ZoneOffset.UTC)
                .toLocalDateTime();
        try (JarFile jar = new JarFile(module.jar().toFile())) {
            List<JarEntry> entries = jar.stream().toList();
            assertThat(entries).allMatch(entry -> entry.getTimeLocal().equals(time));
            assertThat(entries.stream().map(JarEntry::getName)).doesNotHaveDuplicates();
            List<String> classes = entries.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".class"))
                    .toList();
            assertThat(classes).isSorted();
            assertThat(jar.getManifest().getMainAttributes().keySet().stream().map(Object::toString))
                    .isSubsetOf(MANIFEST);
        }
    }

    @ParameterizedTest
    @MethodSource("jars")
    void theJarHoldsItsLicenceAndNothingOfThisMachine(PublishedModule module) throws IOException {
        List<String> machine = List.of(Workbench.root().toAbsolutePath() + "/", System.getProperty("user.home") + "/.");
        try (JarFile jar = new JarFile(module.jar().toFile())) {
            Set<String> names = jar.stream().map(JarEntry::getName).collect(Collectors.toSet());
            assertThat(names).contains("META-INF/LICENSE", "META-INF/NOTICE");
            for (JarEntry entry : jar.stream().toList()) {
                try (InputStream in = jar.getInputStream(entry)) {
                    String content = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
                    assertThat(machine).as(entry.getName()).noneMatch(content::contains);
                }
            }
        }
    }
}
