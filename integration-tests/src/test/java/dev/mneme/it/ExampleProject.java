package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A project below {@code examples/}, built with its own POM as a stranger builds it. */
final class ExampleProject {
    private final Path folder;
    private final BuiltArtifacts artifacts;

    private ExampleProject(Path folder, BuiltArtifacts artifacts) {
        this.folder = folder;
        this.artifacts = artifacts;
    }

    /** A copy of the project in a folder of its own. */
    static ExampleProject copiedTo(Path folder, String name, BuiltArtifacts artifacts) throws IOException {
        Path source = Path.of(System.getProperty("mneme.examples"), name).normalize();
        Files.createDirectories(folder);
        Files.copy(source.resolve("pom.xml"), folder.resolve("pom.xml"));
        try (var files = Files.walk(source.resolve("src"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(source.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        return new ExampleProject(folder, artifacts);
    }

    /** Runs {@code mvn -q} with these goals and returns what was printed. */
    String maven(String... goals) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(
                Path.of(System.getProperty("mneme.maven.home"), "bin", "mvn").toString());
        command.addAll(
                List.of("-q", "-B", "-ntp", "-f", folder.resolve("pom.xml").toString()));
        command.addAll(artifacts.arguments());
        command.addAll(List.of(goals));
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError(command + " did not end:\n" + Files.readString(output));
        }
        String text = Files.readString(output);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }
}
