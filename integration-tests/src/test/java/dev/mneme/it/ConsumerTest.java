package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program of somebody else: an empty folder, an empty local repository, and no version of ours but that of the BOM. */
final class ConsumerTest {
    private static final String PROJECT = """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>org.example</groupId>
              <artifactId>consumer</artifactId>
              <version>1.0.0</version>
              <properties>
                <maven.compiler.release>17</maven.compiler.release>
                <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
              </properties>
              <dependencyManagement>
                <dependencies>
                  <dependency>
                    <groupId>dev.mneme</groupId>
                    <artifactId>mneme-bom</artifactId>
                    <version>%s</version>
                    <type>pom</type>
                    <scope>import</scope>
                  </dependency>
                </dependencies>
              </dependencyManagement>
              <dependencies>
                <dependency><groupId>dev.mneme</groupId><artifactId>mneme-core-api</artifactId></dependency>
                <dependency><groupId>dev.mneme</groupId><artifactId>mneme-runtime</artifactId></dependency>
                <dependency><groupId>dev.mneme</groupId><artifactId>mneme-tasks</artifactId></dependency>
                <dependency><groupId>dev.mneme</groupId><artifactId>mneme-memory-transformer-xl</artifactId></dependency>
                <dependency><groupId>dev.mneme</groupId><artifactId>mneme-backend-cpu-libtorch</artifactId></dependency>
                <!-- Brings JUnit. -->
                <dependency><groupId>dev.mneme</groupId><artifactId>mneme-tck</artifactId><scope>test</scope></dependency>
              </dependencies>
              <build>
                <plugins>
                  <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
                  <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
                  <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.4</version></plugin>
                </plugins>
              </build>
            </project>
            """;

    private static final String PROGRAM = """
            package org.example;

            import dev.mneme.runtime.Mneme;
            import dev.mneme.runtime.TrainingRun;
            import dev.mneme.runtime.train.TrainListener;
            import dev.mneme.tasks.text.TokenSequences;
            import dev.mneme.tasks.text.Vocabulary;
            import java.nio.file.Path;
            import java.util.Collections;
            import java.util.List;
            import java.util.Map;
            import org.junit.jupiter.api.Test;

            final class ProgramTest {
                @Test
                void trains() {
                    Vocabulary words = Vocabulary.of(List.of("a", "b"));
                    List<long[]> texts = Collections.nCopies(40, words.encode("a", "b", "a", "b"));
                    Map<String, Object> settings = Map.of("memory", "transformer-xl", "model.dim", 16, "model.heads", 2,
                            "model.layers", 1, "model.segment", 8, "train.batch", 2, "train.steps", 2);
                    try (Mneme mneme = Mneme.open();
                            TrainingRun run = mneme.newRun(settings, c -> TokenSequences.task(words, texts, c))) {
                        long steps = run.train(Path.of("target/run"), new TrainListener() {}).step();
                        System.out.println(steps + " steps on " + mneme.engine().name());
                    }
                }
            }
            """;

    @TempDir
    Path folder;

    @Test
    void aProgramIsBuiltAndRunWithTheVersionOfTheBomAlone() throws Exception {
        try (Workbench workbench = Workbench.in(folder)) {
            Path project = Files.createDirectory(workbench.projects().resolve("consumer"));
            Path source = Files.createDirectories(project.resolve("src/test/java/org/example"));
            Files.writeString(source.resolve("ProgramTest.java"), PROGRAM);
            Files.writeString(project.resolve("pom.xml"), PROJECT.formatted(System.getProperty("mneme.version")));

            workbench.run(project, "mvn -q test").succeeded();

            assertThat(Files.readString(project.resolve("target/surefire-reports/TEST-org.example.ProgramTest.xml")))
                    .contains("2 steps on libtorch");
            try (Stream<Path> fetched = Files.list(workbench.localRepository().resolve("dev/mneme"))) {
                assertThat(fetched.map(artifact -> artifact.getFileName().toString()))
                        .as("no parent is asked for")
                        .containsExactlyInAnyOrder(
                                "mneme-bom",
                                "mneme-core-api",
                                "mneme-runtime",
                                "mneme-tasks",
                                "mneme-memory-transformer-xl",
                                "mneme-backend-cpu-libtorch",
                                "mneme-tck");
            }
        }
    }
}
