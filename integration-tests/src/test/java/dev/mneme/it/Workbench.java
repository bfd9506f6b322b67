package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What a third party has: an empty folder, Maven, the distribution, and repositories. The local repository is empty; behind
 * it stands the one of this build, read only, for artifacts of others. Mneme's own come from a folder repository. Maven is
 * offline, so that a test never waits for what the build has not declared.
 */
final class Workbench implements AutoCloseable {
    private static final long MINUTES = 15;

    private final Path home;
    private final Path projects;
    private final MnemeProcess mneme;

    private Workbench(Path home, Path projects, MnemeProcess mneme) {
        this.home = home;
        this.projects = projects;
        this.mneme = mneme;
    }

    /** In an empty folder. */
    static Workbench in(Path home) throws IOException {
        Path repository = Files.createDirectory(home.resolve("repository"));
        for (PublishedModule module : PublishedModule.all(root())) {
            module.copyTo(repository);
        }
        return in(home, repository);
    }

    /** In an empty folder, beside a repository of Mneme's artifacts. */
    static Workbench in(Path home, Path repository) throws IOException {
        Files.writeString(home.resolve("settings.xml"), """
                <settings>
                  <profiles>
                    <profile>
                      <id>mneme</id>
                      <repositories>
                        <repository>
                          <id>mneme-folder</id>
                          <url>%s</url>
                          <snapshots><enabled>true</enabled></snapshots>
                        </repository>
                      </repositories>
                    </profile>
                  </profiles>
                  <activeProfiles><activeProfile>mneme</activeProfile></activeProfiles>
                </settings>
                """.formatted(repository.toUri()));
        Path projects = Files.createDirectory(home.resolve("projects"));
        return new Workbench(home, projects, MnemeProcess.copiedTo(Files.createDirectory(home.resolve("mneme"))));
    }

    /** The checkout. */
    static Path root() {
        return Path.of(System.getProperty("mneme.root")).normalize();
    }

    /** The empty folder that a project is made in. */
    Path projects() {
        return projects;
    }

    MnemeProcess mneme() {
        return mneme;
    }

    /** The local repository, empty at first. */
    Path localRepository() {
        return home.resolve("local");
    }

    /** What a script printed, and where it ended. */
    record Result(int exitCode, String output, Path folder) {
        Result succeeded() {
            assertThat(exitCode).as(output).isZero();
            return this;
        }
    }

    /** Runs lines as a user types them, with {@code mvn} and {@code mneme} on the path. */
    Result run(Path folder, String script) throws IOException, InterruptedException {
        Path file = Files.createTempFile(home, "script", ".sh");
        Path end = Files.createTempFile(home, "folder", "");
        Path log = Files.createTempFile(home, "log", "");
        Files.writeString(file, script + "\npwd > '" + end + "'\n");
        ProcessBuilder builder = new ProcessBuilder("sh", "-e", file.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("MAVEN_") || name.startsWith("MNEME_"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("MNEME_HOME", home.resolve("mneme").toString());
        environment.put("MAVEN_ARGS", mavenArguments());
        String tools = System.getProperty("mneme.maven") + "/bin" + File.pathSeparator + home.resolve("mneme/bin");
        environment.put("PATH", tools + File.pathSeparator + environment.get("PATH"));
        Process process = builder.start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("did not end:\n" + script + "\n" + Files.readString(log));
        }
        String ended = Files.readString(end).strip();
        return new Result(
                process.exitValue(), script + "\n" + Files.readString(log), ended.isEmpty() ? folder : Path.of(ended));
    }

    private String mavenArguments() {
        return String.join(
                " ",
                "-o",
                "-B",
                "-ntp",
                "-s " + home.resolve("settings.xml"),
                "-Daether.offline.protocols=file",
                "-Dmaven.repo.local=" + localRepository(),
                "-Dmaven.repo.local.tail=" + String.join(",", buildRepositories()));
    }

    /** The local repositories of this build: those it was told of, and the one its class path lies in. */
    private static Set<String> buildRepositories() {
        Set<String> repositories = new LinkedHashSet<>();
        for (String told : new String[] {"maven.repo.local", "maven.repo.local.tail"}) {
            String value = System.getProperty(told);
            if (value != null && !value.isBlank()) {
                repositories.addAll(Set.of(value.split(",")));
            }
        }
        Path jar = Path.of(
                Test.class.getProtectionDomain().getCodeSource().getLocation().getPath());
        // .../org/junit/jupiter/junit-jupiter-api/VERSION/FILE
        repositories.add(
                jar.getRoot().resolve(jar.subpath(0, jar.getNameCount() - 6)).toString());
        return repositories.stream().map(String::strip).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    @Override
    public void close() throws IOException {
        mneme.unlink();
    }
}
