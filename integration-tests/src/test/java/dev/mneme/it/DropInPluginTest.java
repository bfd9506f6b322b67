package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A third party's memory, built against core-api alone, dropped into the packaged distribution. */
final class DropInPluginTest {
    @TempDir
    Path folder;

    @Test
    void anExampleBuiltByAStrangerTrainsFromThePluginsFolder() throws Exception {
        MnemeProcess mneme = MnemeProcess.copiedTo(Files.createDirectory(folder.resolve("mneme")));
        Path example = Path.of(System.getProperty("mneme.examples"), "gated-slots", "src", "main");
        jar(example, mneme.plugins().resolve("gated-slots-1.0.0.jar"));
        Files.writeString(mneme.plugins().resolve("broken.jar"), "this is no jar");

        String memories = mneme.run("memories").succeeded().output();
        assertThat(memories).contains("gated-slots", "1.0.0", "memory-transformer", "broken.jar");

        MnemeProcess.Result trained = mneme.run(
                        "train",
                        "--memory",
                        "gated-slots",
                        "--task",
                        "retrieval",
                        "--set",
                        "task.form=decoder",
                        "--set",
                        "model.segment=8",
                        "--set",
                        "model.dim=32",
                        "--set",
                        "memory.slots=4",
                        "--set",
                        "train.batch=4",
                        "--steps",
                        "3",
                        "--out",
                        folder.resolve("run").toString(),
                        "--json")
                .succeeded();
        assertThat(trained.json().path("steps").asLong()).isEqualTo(3);
        mneme.unlink();
    }

    private void jar(Path source, Path target) throws IOException {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        List<String> sources;
        try (var files = Files.walk(source.resolve("java"))) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::toString)
                    .toList();
        }
        List<String> arguments =
                new ArrayList<>(List.of("--release", "17", "-proc:none", "-d", classes.toString(), "-cp", coreApi()));
        arguments.addAll(sources);
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(status).as("compiling the example against core-api").isZero();

        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Plugin-Id", "gated-slots");
        manifest.getMainAttributes().putValue("Plugin-Version", "1.0.0");
        manifest.getMainAttributes().putValue("Plugin-Requires", ">=0.1.0 & <0.2.0");
        try (OutputStream file = Files.newOutputStream(target);
                JarOutputStream jar = new JarOutputStream(file, manifest)) {
            add(jar, classes);
            add(jar, source.resolve("resources"));
        }
    }

    private static void add(JarOutputStream jar, Path root) throws IOException {
        try (var files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(new JarEntry(root.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, jar);
                jar.closeEntry();
            }
        }
    }

    /** core-api and the two annotation jars it shows in its signatures: all a plugin author compiles against. */
    private static String coreApi() {
        String separator = System.getProperty("path.separator");
        return List.of(System.getProperty("java.class.path").split(separator)).stream()
                .filter(entry -> entry.contains("core-api") || entry.contains("pf4j") || entry.contains("jspecify"))
                .reduce((a, b) -> a + separator + b)
                .orElseThrow();
    }
}
