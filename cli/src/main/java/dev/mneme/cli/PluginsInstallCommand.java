package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.plugins.Coordinates;
import dev.mneme.cli.plugins.MavenRepositories;
import dev.mneme.runtime.plugin.InstalledPlugin;
import dev.mneme.runtime.plugin.PluginFolder;
import dev.mneme.runtime.plugin.PluginSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mneme plugins install}. */
@Command(
        name = "install",
        mixinStandardHelpOptions = true,
        description = "Check a plugin's jar, load it once to learn its names, and put it into the plugin folder, whole "
                + "or not at all.",
        footer = {
            "",
            "A file is taken from disk, coordinates from the local Maven repository, then from --repository and those",
            "of settings.properties in the plugin folder, whose checksums must match. Only the jar itself is fetched.",
            "",
            "Examples:",
            "  mneme plugins install gated-slots-1.0.0.jar",
            "  mneme plugins install gated-slots-1.0.0.jar --sha256 \"$(cut -c1-64 gated-slots-1.0.0.jar.sha256)\"",
            "  mneme plugins install org.example:gated-slots:1.0.0 --repository /srv/maven --trust"
        })
final class PluginsInstallCommand extends MnemeCommand {
    @Mixin
    PluginFlags plugins;

    @Parameters(paramLabel = "FILE|G:A:V", description = "A jar, or group, artifact and version.")
    String what;

    @Option(
            names = "--sha256",
            paramLabel = "HEX",
            description = "Refuse the jar unless this is its SHA-256, 64 hexadecimal digits.")
    @Nullable String sha256;

    @Option(names = "--trust", description = "List its SHA-256 in trusted.sha256 as well.")
    boolean trust;

    @Option(
            names = "--repository",
            paramLabel = "URL|DIR",
            description = "Maven repository to look in; may be given several times.")
    List<String> repositories = new ArrayList<>();

    @Option(
            names = "--local-repository",
            paramLabel = "DIR",
            description = "Local Maven repository (default: ~/.m2/repository).")
    @Nullable Path localRepository;

    @Override
    boolean run(Console console) {
        PluginFolder folder = plugins.open();
        InstalledPlugin installed = folder.install(jar(), sha256, trust);
        console.say("installed " + installed.file() + ": plugin " + installed.id() + " " + installed.version()
                + " with " + PluginsListCommand.brings(installed));
        console.say("sha256 " + installed.sha256());
        console.result(Map.of("installed", PluginsListCommand.json(installed)));
        return true;
    }

    private Path jar() {
        Path file = Path.of(what);
        if (Files.exists(file) || !Coordinates.isLike(what)) {
            return file;
        }
        Coordinates coordinates = Coordinates.parse(what);
        List<String> all = new ArrayList<>(repositories);
        Path directory = Objects.requireNonNull(plugins.resolve().directory());
        all.addAll(PluginSettings.of(directory).repositoryList());
        Path local = localRepository != null
                ? localRepository
                : Path.of(System.getProperty("user.home"), ".m2", "repository");
        return new MavenRepositories(local, all).resolve(coordinates);
    }
}
