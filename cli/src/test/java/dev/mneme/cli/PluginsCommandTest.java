package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.mneme.cli.dropin.DropInJar;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code mneme plugins} in this process, on a folder of its own. */
final class PluginsCommandTest {
    private static final String COORDINATES = "org.example:drop-in:1.0.0";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private Path plugins;
    private Path local;

    @BeforeEach
    void makeFolders() throws IOException {
        plugins = Files.createDirectory(folder.resolve("plugins"));
        local = folder.resolve("local");
    }

    @ParameterizedTest
    @ValueSource(strings = {"install", "list", "verify", "disable", "enable", "remove", "trust"})
    void everyCommandExplainsItselfWithExamples(String command) {
        assertThat(Main.run(new PrintWriter(out), new PrintWriter(err), "plugins", command, "--help"))
                .isZero();

        assertThat(out.toString()).contains("--plugins", "--json", "Example", "mneme plugins " + command);
    }

    @Test
    void aPluginFromInstallToRemove() throws Exception {
        Path jar = jar("1.0.0");
        String digest = digest(jar);

        assertThat(plugins("install", jar.toString(), "--sha256", digest)).isZero();
        assertThat(json().at("/installed/memories/0").asText()).isEqualTo("drop-in");

        assertThat(plugins("list")).isZero();
        JsonNode listed = json().at("/plugins/0");
        assertThat(listed.toString())
                .isEqualTo(
                        "{\"file\":\"drop-in-1.0.0.jar\",\"state\":\"loaded\",\"id\":\"drop-in\",\"version\":\"1.0.0\","
                                + "\"requires\":\">=0.1.0 & <0.2.0\",\"memories\":[\"drop-in\"],\"tasks\":[],\"sha256\":\""
                                + digest
                                + "\",\"trusted\":false,\"reason\":null}");
        assertThat(err.toString())
                .contains("drop-in  1.0.0    >=0.1.0 & <0.2.0  drop-in  " + digest.substring(0, 12)
                        + "  no       loaded  drop-in-1.0.0.jar");

        assertThat(plugins("verify")).isZero();
        assertThat(plugins("disable", "drop-in")).isZero();
        assertThat(plugins("list")).isZero();
        assertThat(json().at("/plugins/0/state").asText()).isEqualTo("disabled");
        assertThat(plugins("enable", "drop-in")).isZero();
        assertThat(plugins("remove", "drop-in")).isZero();
        assertThat(plugins("list")).isZero();
        assertThat(json().path("plugins")).isEmpty();
    }

    @Test
    void alteredJarFailsVerificationAndIsNotTrusted() throws Exception {
        assertThat(plugins("install", jar("1.0.0").toString(), "--trust")).isZero();
        assertThat(plugins("list", "--trusted-only")).isZero();
        assertThat(json().at("/plugins/0/state").asText()).isEqualTo("loaded");

        DropInJar.write(plugins.resolve("drop-in-1.0.0.jar"), "1.0.1");

        assertThat(plugins("verify")).isEqualTo(ExitCode.FAILED);
        assertThat(json().path("ok").asBoolean()).isFalse();
        assertThat(json().at("/plugins/0/finding").asText()).isEqualTo("altered");
        assertThat(plugins("list", "--trusted-only")).isZero();
        assertThat(json().at("/plugins/0/state").asText()).isEqualTo("rejected");
        assertThat(json().at("/plugins/0/reason").asText())
                .startsWith("only trusted plugins are loaded, and it was altered: trusted.sha256 has SHA-256 ");
        assertThat(plugins("trust", "--all")).isZero();
        assertThat(plugins("list", "--trusted-only")).isZero();
        assertThat(json().at("/plugins/0/state").asText()).isEqualTo("loaded");
    }

    @Test
    void otherCommandsKeepToTrustedPluginsToo() throws Exception {
        assertThat(plugins("install", jar("1.0.0").toString())).isZero();

        assertThat(mneme("memories", "drop-in")).isZero();
        assertThat(mneme("memories", "drop-in", "--trusted-only")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("NAME_UNKNOWN", "drop-in-1.0.0.jar: only trusted plugins are loaded");
        Files.writeString(plugins.resolve("settings.properties"), "trusted_only = true\n");
        assertThat(mneme("memories", "drop-in")).isEqualTo(ExitCode.USAGE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "install gone.jar|1|FILE_FAILED: there is no file gone.jar to install",
                "install a:b|2|CONFIG_INVALID: coordinates 'a:b': expected group:artifact:version, such as"
                        + " org.example:gated-slots:1.0.0",
                "install a:b:LATEST|2|CONFIG_INVALID: coordinates 'a:b:LATEST': name an exact version instead of LATEST",
                "install a:b:[1,2)|2|CONFIG_INVALID: coordinates 'a:b:[1,2)': '[1,2)' is not a group, artifact or exact version",
                "install a:b:1 --repository nowhere|2|CONFIG_INVALID: repository 'nowhere': expected an https:, http: or file:"
                        + " URL, or a folder that is there",
                "disable drop|2|NAME_UNKNOWN: plugin 'drop': there is no such jar",
                "list --plugin-timeout 0|2|CONFIG_INVALID: --plugin-timeout 0: expected 1 to 3600 seconds",
                "trust|2|plugins trust: give either names or --all",
            })
    void whatMakesNoSenseIsExplained(String arguments, int exitCode, String message) {
        assertThat(plugins(arguments.split(" "))).isEqualTo(exitCode);

        assertThat(err.toString()).contains("mneme: " + message).doesNotContain("\tat ");
    }

    @Test
    void rejectedInstallFailsWithTheReason() throws Exception {
        Path text = Files.writeString(folder.resolve("text.jar"), "hello");

        assertThat(plugins("install", text.toString())).isEqualTo(ExitCode.FAILED);

        assertThat(err.toString())
                .contains(
                        "mneme: PLUGIN_REJECTED: not installed, text.jar: it cannot be read as a jar: zip END header not"
                                + " found; it may be cut short; copy or build it again");
    }

    @Test
    void coordinatesAreFoundInAFolderWithChecksumsAndKeptInTheLocalRepository() throws Exception {
        Path remote = folder.resolve("remote");
        Path published = publish(remote);

        assertThat(plugins("install", COORDINATES, "--repository", remote.toString()))
                .isZero();

        assertThat(plugins.resolve("drop-in-1.0.0.jar")).hasSameBinaryContentAs(published);
        assertThat(plugins("remove", "drop-in")).isZero();
        assertThat(plugins("install", COORDINATES)).isZero();
    }

    @Test
    void coordinatesAreFoundBehindAUrl() throws Exception {
        Path remote = folder.resolve("remote");
        publish(remote);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            Path file = remote.resolve(exchange.getRequestURI().getPath().substring(1));
            boolean isThere = Files.isRegularFile(file);
            exchange.sendResponseHeaders(isThere ? 200 : 404, isThere ? Files.size(file) : -1);
            if (isThere) {
                Files.copy(file, exchange.getResponseBody());
            }
            exchange.close();
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
            assertThat(plugins("install", COORDINATES, "--repository", url)).isZero();
            assertThat(plugins("install", "org.example:gone:1", "--repository", url))
                    .isEqualTo(ExitCode.FAILED);
            assertThat(err.toString())
                    .contains(
                            "PLUGIN_UNRESOLVED: there is no jar org.example:gone:1 in " + local + " and not in " + url);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void repositoriesOfTheSettingsAreLookedInToo() throws Exception {
        Path remote = folder.resolve("remote");
        publish(remote);
        Files.writeString(plugins.resolve("settings.properties"), "repositories = " + remote.toUri() + "\n");

        assertThat(plugins("install", COORDINATES)).isZero();
    }

    @Test
    void checksumThatDoesNotMatchIsRefused() throws Exception {
        Path remote = folder.resolve("remote");
        Path published = publish(remote);
        Files.writeString(Path.of(published + ".sha1"), "0".repeat(40));

        assertThat(plugins("install", COORDINATES, "--repository", remote.toString()))
                .isEqualTo(ExitCode.FAILED);

        assertThat(err.toString())
                .contains("mneme: PLUGIN_UNRESOLVED: there is no jar " + COORDINATES + " in " + local + " and not in "
                        + remote)
                .contains("hecksum");
        assertThat(plugins("list")).isZero();
        assertThat(json().path("plugins")).isEmpty();
    }

    @Test
    void repositoryWithoutChecksumsIsRefused() throws Exception {
        Path remote = folder.resolve("remote");
        Files.delete(Path.of(publish(remote) + ".sha1"));

        assertThat(plugins("install", COORDINATES, "--repository", remote.toString()))
                .isEqualTo(ExitCode.FAILED);

        assertThat(err.toString()).contains("PLUGIN_UNRESOLVED").contains("hecksum");
    }

    @Test
    void withoutARepositoryOnlyTheLocalOneIsAsked() {
        assertThat(plugins("install", COORDINATES)).isEqualTo(ExitCode.FAILED);

        assertThat(err.toString())
                .contains("mneme: PLUGIN_UNRESOLVED: there is no jar " + COORDINATES + " in " + local
                        + "; no other repository was given, name one with --repository");
    }

    private Path jar(String version) throws IOException {
        return DropInJar.write(folder.resolve("drop-in-" + version + ".jar"), version);
    }

    private static Path publish(Path repository) throws Exception {
        Path jar = DropInJar.write(repository.resolve("org/example/drop-in/1.0.0/drop-in-1.0.0.jar"), "1.0.0");
        Files.writeString(
                Path.of(jar + ".sha1"),
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(Files.readAllBytes(jar))),
                StandardCharsets.US_ASCII);
        return jar;
    }

    private static String digest(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    private int plugins(String... arguments) {
        List<String> all = new ArrayList<>(List.of("plugins"));
        all.addAll(List.of(arguments));
        if (arguments[0].equals("install")) {
            all.addAll(List.of("--local-repository", local.toString()));
        }
        return mneme(all.toArray(String[]::new));
    }

    private int mneme(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--plugins", plugins.toString(), "--json"));
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        String[] lines = out.toString().strip().split("\n");
        return new ObjectMapper().readTree(lines[lines.length - 1]);
    }
}
