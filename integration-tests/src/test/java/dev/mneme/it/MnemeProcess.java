package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the distribution's {@code mneme} command as a user would. */
final class MnemeProcess {
    /** What a finished command left. */
    record Result(int exitCode, String output, String errors) {
        /** The last line of standard output, as JSON. */
        JsonNode json() {
            String[] lines = output.strip().split("\n");
            try {
                return new ObjectMapper().readTree(lines[lines.length - 1]);
            } catch (IOException e) {
                throw new AssertionError("last line is no JSON: " + output + "\n" + errors, e);
            }
        }

        Result succeeded() {
            assertThat(exitCode).as(output + "\n" + errors).isZero();
            return this;
        }

        /** Ended with this code, and said this. */
        Result failed(int expected, String... words) {
            assertThat(exitCode).as(output + "\n" + errors).isEqualTo(expected);
            for (String word : words) {
                assertThat(errors).contains(word);
            }
            return this;
        }
    }

    private final Path home;

    private MnemeProcess(Path home) {
        this.home = home;
    }

    /** The distribution the build made. */
    static MnemeProcess packaged() {
        return new MnemeProcess(
                Path.of(System.getProperty("mneme.distribution")).normalize());
    }

    /**
     * A distribution of its own whose {@code plugins/} may be changed. Its {@code lib} is a link to the built one, since
     * 250 MB of natives need no copy; {@link #unlink} removes it.
     */
    static MnemeProcess copiedTo(Path folder) throws IOException {
        Path source = packaged().home;
        for (String part : List.of("bin", "plugins")) {
            Path target = Files.createDirectory(folder.resolve(part));
            try (var files = Files.list(source.resolve(part))) {
                for (Path file : files.toList()) {
                    Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        Files.createSymbolicLink(folder.resolve("lib"), source.resolve("lib").toAbsolutePath());
        return new MnemeProcess(folder);
    }

    void unlink() throws IOException {
        Files.delete(home.resolve("lib"));
    }

    Path plugins() {
        return home.resolve("plugins");
    }

    /** Starts without waiting; output goes to the given file. */
    Process start(Path log, String... arguments) throws IOException {
        return builder(arguments)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    Result run(String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile("mneme", ".out");
        Path errors = Files.createTempFile("mneme", ".err");
        try {
            Process process = builder(arguments)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("mneme " + List.of(arguments) + " did not end:\n" + Files.readString(errors));
            }
            return new Result(process.exitValue(), Files.readString(output), Files.readString(errors));
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/mneme").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }
}
