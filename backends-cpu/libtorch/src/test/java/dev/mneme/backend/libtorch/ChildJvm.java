package dev.mneme.backend.libtorch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** A JVM of its own for what can be seen only from outside: environments, missing natives, exits. */
final class ChildJvm {
    private final ProcessBuilder builder;
    private int status;

    ChildJvm(Class<?> main) {
        this(main, System.getProperty("java.class.path"));
    }

    ChildJvm(Class<?> main, String classPath) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        builder = new ProcessBuilder(java, "-Xmx256m", "-XX:ErrorFile=/dev/null", "-cp", classPath, main.getName())
                .redirectErrorStream(true);
    }

    Map<String, String> environment() {
        return builder.environment();
    }

    /** Waits for the end and returns everything that was printed. */
    String run() throws IOException, InterruptedException {
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        status = process.waitFor();
        return output;
    }

    /** Exit status of the run. */
    int status() {
        return status;
    }
}
