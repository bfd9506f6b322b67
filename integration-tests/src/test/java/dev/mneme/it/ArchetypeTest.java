package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Projects made by the archetype: built by their own wrapper, dropped into the distribution, trained. */
final class ArchetypeTest {
    @TempDir
    Path folder;

    @Test
    void theTemplateOfGatedSlotsBuildsAndTrainsUnderOtherNames() throws Exception {
        try (Workbench workbench = Workbench.in(folder)) {
            String parameters =
                    "-DgroupId=com.acme -DartifactId=acme-memory -Dversion=2.1.0 -Dpackage=com.acme.memory.gates"
                            + " -Dmechanism=gates -DclassPrefix=Gates -Dtemplate=gated-slots";
            generate(workbench, parameters).succeeded();
            Path project = workbench.projects().resolve("acme-memory");
            assertThat(project.resolve("mvnw")).isExecutable();
            assertThat(project.resolve(".gitignore")).isRegularFile();
            assertThat(project.resolve("minimal")).doesNotExist();
            assertThat(Files.readString(project.resolve("README.md"))).contains("--memory gates");

            workbench.run(project, "./mvnw -q verify").succeeded();
            BuiltProject.check(project, workbench);
            Path jar = project.resolve("target/acme-memory-2.1.0.jar");
            try (JarFile file = new JarFile(jar.toFile())) {
                Attributes attributes = file.getManifest().getMainAttributes();
                assertThat(attributes.getValue("Plugin-Id")).isEqualTo("gates");
                assertThat(attributes.getValue("Plugin-Version")).isEqualTo("2.1.0");
                assertThat(attributes.getValue("Plugin-Requires")).isEqualTo(">=0.1.0 & <0.2.0");
                assertThat(file.stream().map(entry -> entry.getName()))
                        .contains("com/acme/memory/gates/GatesProvider.class")
                        .noneMatch(name -> name.startsWith("dev/mneme/"));
            }

            Files.copy(jar, workbench.mneme().plugins().resolve("acme-memory-2.1.0.jar"));
            assertThat(workbench.mneme().run("memories").succeeded().output())
                    .contains("gates 2.1.0", "plugin, acme-memory-2.1.0.jar");
            MnemeProcess.Result trained = workbench
                    .mneme()
                    .run(
                            "train",
                            "--memory",
                            "gates",
                            "--task",
                            "retrieval",
                            "--set",
                            "task.form=decoder",
                            "--set",
                            "model.segment=8",
                            "--set",
                            "model.dim=32",
                            "--set",
                            "train.batch=4",
                            "--steps",
                            "3",
                            "--out",
                            folder.resolve("run").toString(),
                            "--json")
                    .succeeded();
            assertThat(trained.json().path("steps").asLong()).isEqualTo(3);
        }
    }

    @Test
    void wrongParametersAreNamedAndLeaveNothingBehind() throws Exception {
        try (Workbench workbench = Workbench.in(folder)) {
            refuses(workbench, "-Dmechanism=Gates", "mechanism: expected [a-z0-9]+(-[a-z0-9]+)*, got 'Gates'");
            refuses(workbench, "-DclassPrefix=gates", "classPrefix: expected [A-Z][A-Za-z0-9]*, got 'gates'");
            refuses(workbench, "-Dtemplate=large", "template: expected minimal|gated-slots, got 'large'");
        }
    }

    private static void refuses(Workbench workbench, String parameter, String message) throws Exception {
        Workbench.Result result = generate(workbench, "-DgroupId=com.acme -DartifactId=acme-memory " + parameter);
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains(message);
        assertThat(workbench.projects()).isEmptyDirectory();
    }

    private static Workbench.Result generate(Workbench workbench, String parameters) throws Exception {
        String version = System.getProperty("mneme.version");
        return workbench.run(
                workbench.projects(),
                "mvn -q org.apache.maven.plugins:maven-archetype-plugin:"
                        + System.getProperty("mneme.archetype.version")
                        + ":generate -DarchetypeGroupId=dev.mneme -DarchetypeArtifactId=mneme-memory-archetype"
                        + " -DarchetypeVersion=" + version + " " + parameters);
    }
}
