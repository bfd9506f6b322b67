package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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

        MnemeProcess.Result trained = train(mneme, "run").succeeded();
        assertThat(trained.json().path("steps").asLong()).isEqualTo(3);
        mneme.unlink();
    }

    @Test
    void anInstalledPluginIsListedTrainedWithVerifiedTrustedDisabledAndRemoved() throws Exception {
        MnemeProcess mneme = MnemeProcess.copiedTo(Files.createDirectory(folder.resolve("mneme")));
        Path example = Path.of(System.getProperty("mneme.examples"), "gated-slots", "src", "main");
        Path jar = folder.resolve("gated-slots-1.0.0.jar");
        jar(example, jar);

        mneme.run("plugins", "install", jar.toString()).succeeded();
        assertThat(state(mneme)).isEqualTo("loaded");
        train(mneme, "run", "--trusted-only").failed(2, "NAME_UNKNOWN", "gated-slots-1.0.0.jar: only trusted plugins");
        mneme.run("plugins", "trust", "--all").succeeded();
        train(mneme, "run", "--trusted-only").succeeded();
        // Those of the distribution are recorded too.
        assertThat(mneme.run("plugins", "verify").succeeded().output()).doesNotContain("unrecorded");

        Path installed = mneme.plugins().resolve("gated-slots-1.0.0.jar");
        byte[] bytes = Files.readAllBytes(installed);
        bytes[10] ^= 1; // The time of the first entry, so that the jar still works.
        Files.write(installed, bytes);

        mneme.run("plugins", "verify").failed(1);
        train(mneme, "again", "--trusted-only").failed(2, "NAME_UNKNOWN", "it was altered");
        mneme.run("plugins", "disable", "gated-slots").succeeded();
        assertThat(state(mneme)).isEqualTo("disabled");
        train(mneme, "again").failed(2, "NAME_UNKNOWN");
        mneme.run("plugins", "remove", "gated-slots").succeeded();
        assertThat(state(mneme)).isEmpty();
        mneme.unlink();
    }

    private MnemeProcess.Result train(MnemeProcess mneme, String out, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("train", "--memory", "gated-slots", "--task", "retrieval"));
        for (String setting :
                List.of("task.form=decoder", "model.segment=8", "model.dim=32", "memory.slots=4", "train.batch=4")) {
            arguments.addAll(List.of("--set", setting));
        }
        arguments.addAll(List.of("--steps", "3", "--out", folder.resolve(out).toString(), "--json"));
        arguments.addAll(List.of(more));
        return mneme.run(arguments.toArray(String[]::new));
    }

    /** What 'plugins list' says of the example; empty if it is not there. */
    private static String state(MnemeProcess mneme) throws Exception {
        for (JsonNode plugin :
                mneme.run("plugins", "list", "--json").succeeded().json().path("plugins")) {
            if (plugin.path("id").asText().equals("gated-slots")) {
                return plugin.path("state").asText();
            }
        }
        return "";
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
