package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code bin/mneme} with a Java that only repeats what it is told. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
final class LauncherTest {
    private static final String ECHO = """
            #!/bin/sh
            echo "OMP_WAIT_POLICY=$OMP_WAIT_POLICY"
            for argument in "$@"; do echo "$argument"; done
            """;

    @TempDir
    private Path folder;

    private Path launcher;

    @BeforeEach
    void installInAFolderWithABlank() throws IOException {
        Path bin = Files.createDirectories(folder.resolve("my tools").resolve("bin"));
        launcher = Files.copy(Path.of("src", "main", "distribution", "bin", "mneme"), bin.resolve("mneme"));
    }

    @Test
    void javaGetsItsOptionsAndTheArgumentsUnchanged() throws Exception {
        Result result = start(Map.of("JAVA_HOME", java("17.0.9")), launcher, "train", "--set", "a b=c");

        assertThat(result.code()).isZero();
        assertThat(result.output().lines())
                .contains(
                        "OMP_WAIT_POLICY=PASSIVE",
                        "-Dorg.bytedeco.javacpp.nopointergc=true",
                        "-Dmneme.home=" + launcher.getParent().getParent().toRealPath(),
                        "dev.mneme.cli.Main")
                .endsWith("train", "--set", "a b=c")
                .doesNotContain("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void newerJavaIsToldAboutNativeCode() throws Exception {
        assertThat(start(Map.of("JAVA_HOME", java("24")), launcher).output().lines())
                .contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void policyOfTheUserIsKept() throws Exception {
        assertThat(start(Map.of("JAVA_HOME", java("17"), "OMP_WAIT_POLICY", "ACTIVE"), launcher)
                        .output()
                        .lines())
                .contains("OMP_WAIT_POLICY=ACTIVE");
    }

    @Test
    void linkToTheLauncherWorks() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), launcher);

        assertThat(start(Map.of("JAVA_HOME", java("21.0.1")), link).output())
                .contains("-Dmneme.home=" + launcher.getParent().getParent().toRealPath());
    }

    @Test
    void olderJavaIsRefusedWithBothVersions() throws Exception {
        for (String version : new String[] {"11.0.2", "1.8.0_392"}) {
            Result result = start(Map.of("JAVA_HOME", java(version)), launcher);

            assertThat(result.code()).isEqualTo(1);
            assertThat(result.output())
                    .contains("Java 17 or newer")
                    .contains(version)
                    .contains("JAVA_HOME");
        }
    }

    @Test
    void missingJavaIsExplained() throws Exception {
        Result wrongHome = start(Map.of("JAVA_HOME", folder.resolve("nowhere").toString()), launcher);
        assertThat(wrongHome.code()).isEqualTo(1);
        assertThat(wrongHome.output()).contains("JAVA_HOME is").contains("nowhere");

        Path tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : new String[] {"dirname", "sh"}) {
            Files.createSymbolicLink(tools.resolve(tool), find(tool));
        }
        Result noJava = start(Map.of("PATH", tools.toString(), "JAVA_HOME", ""), launcher);
        assertThat(noJava.code()).isEqualTo(1);
        assertThat(noJava.output()).contains("no Java found").contains("Install Java 17");
    }

    private static Path find(String tool) {
        for (String directory : System.getenv("PATH").split(":", -1)) {
            Path candidate = Path.of(directory, tool);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException(tool + " is not on the path");
    }

    private String java(String version) throws IOException {
        Path home = Files.createDirectories(folder.resolve("java " + version));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, ECHO);
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return home.toString();
    }

    private record Result(int code, String output) {}

    private static Result start(Map<String, String> environment, Path script, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", script.toString());
        builder.command().addAll(java.util.List.of(arguments));
        builder.environment().remove("OMP_WAIT_POLICY");
        builder.environment().remove("MNEME_JAVA_OPTS");
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }
}
