package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.runtime.plugin.PluginFolder;
import dev.mneme.runtime.plugin.Verification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Dropped-in plugins. */
@Command(
        name = "plugins",
        mixinStandardHelpOptions = true,
        description = "Install, list, check and remove plugin jars.",
        subcommands = {
            PluginsInstallCommand.class,
            PluginsListCommand.class,
            PluginsCommand.VerifyCommand.class,
            PluginsCommand.DisableCommand.class,
            PluginsCommand.EnableCommand.class,
            PluginsCommand.RemoveCommand.class,
            PluginsCommand.TrustCommand.class
        },
        footer = {
            "",
            "A plugin is called by its id or its file name. A plugin that is loaded may do whatever Mneme may do.",
            "",
            "Examples:",
            "  mneme plugins install gated-slots-1.0.0.jar",
            "  mneme plugins list",
            "  mneme plugins verify"
        })
final class PluginsCommand extends MnemeCommand {
    @Override
    boolean run(Console console) {
        throw new ParameterException(
                spec.commandLine(), "plugins: say what to do, install, list, verify, disable, enable, remove or trust");
    }

    /** {@code mneme plugins verify}. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Compare every jar with the SHA-256 recorded when it was installed; runs nothing of them. "
                    + "Exits with 1 if one was altered or is missing.",
            footer = {"", "Examples:", "  mneme plugins verify", "  mneme plugins verify --json"})
    static final class VerifyCommand extends MnemeCommand {
        @Mixin
        PluginFlags plugins;

        @Override
        boolean run(Console console) {
            List<Verification> verifications = plugins.open().verify();
            for (Verification one : verifications) {
                console.say(String.format(Locale.ROOT, "%-10s  %s%s", word(one), one.file(), explanation(one)));
            }
            boolean fine = verifications.stream().allMatch(Verification::isFine);
            console.say(fine ? "All is as it was installed." : "Not everything is as it was installed.");
            console.result(Map.of(
                    "ok",
                    fine,
                    "plugins",
                    verifications.stream().map(VerifyCommand::json).toList()));
            return fine;
        }

        private static String word(Verification one) {
            return one.finding().name().toLowerCase(Locale.ROOT);
        }

        private static String explanation(Verification one) {
            return switch (one.finding()) {
                case INTACT -> "";
                case ALTERED ->
                    ": SHA-256 " + one.expected() + " was installed, the file has " + one.found()
                            + "; remove it and install it again";
                case MISSING -> ": it was installed and is not there; install it again, or remove its record";
                case UNRECORDED -> ": it was not put there by 'mneme plugins install', there is nothing to compare";
            };
        }

        private static Map<String, Object> json(Verification one) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("file", one.file());
            map.put("finding", word(one));
            map.put("expected", one.expected());
            map.put("found", one.found());
            return map;
        }
    }

    /** What is done with one plugin. */
    private abstract static class OfOnePlugin extends MnemeCommand {
        private final String done;
        private final BiFunction<PluginFolder, String, String> change;

        @Mixin
        PluginFlags plugins;

        @Parameters(paramLabel = "NAME", description = "Id or file name, see 'mneme plugins list'.")
        String name;

        /**
         * Nothing is done yet.
         *
         * @param done the word for what was done
         * @param change does it to the plugin of a name; gives the name of its file
         */
        OfOnePlugin(String done, BiFunction<PluginFolder, String, String> change) {
            this.done = done;
            this.change = change;
        }

        @Override
        boolean run(Console console) {
            String file = change.apply(plugins.open(), name);
            console.say(done + " " + file);
            console.result(Map.of("file", file, "done", done));
            return true;
        }
    }

    /** {@code mneme plugins disable}. */
    @Command(
            name = "disable",
            mixinStandardHelpOptions = true,
            description = "Keep a plugin from being loaded, without deleting it.",
            footer = {"", "Example:", "  mneme plugins disable gated-slots"})
    static final class DisableCommand extends OfOnePlugin {
        DisableCommand() {
            super("disabled", PluginFolder::disable);
        }
    }

    /** {@code mneme plugins enable}. */
    @Command(
            name = "enable",
            mixinStandardHelpOptions = true,
            description = "Load a disabled plugin again, if it still works and nothing took its names.",
            footer = {"", "Example:", "  mneme plugins enable gated-slots"})
    static final class EnableCommand extends OfOnePlugin {
        EnableCommand() {
            super("enabled", PluginFolder::enable);
        }
    }

    /** {@code mneme plugins remove}. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Delete a plugin's jar, its record and its line in trusted.sha256.",
            footer = {"", "Example:", "  mneme plugins remove gated-slots"})
    static final class RemoveCommand extends OfOnePlugin {
        RemoveCommand() {
            super("removed", PluginFolder::remove);
        }
    }

    /** {@code mneme plugins trust}. */
    @Command(
            name = "trust",
            mixinStandardHelpOptions = true,
            description = "List the SHA-256 that plugins have now in trusted.sha256; with --trusted-only, or "
                    + "trusted_only = true in settings.properties, nothing else is loaded.",
            footer = {"", "Examples:", "  mneme plugins trust gated-slots", "  mneme plugins trust --all"})
    static final class TrustCommand extends MnemeCommand {
        @Mixin
        PluginFlags plugins;

        @Parameters(arity = "0..*", paramLabel = "NAME", description = "Ids or file names.")
        List<String> names = new ArrayList<>();

        @Option(names = "--all", description = "All jars that are in the folder now.")
        boolean all;

        @Override
        boolean run(Console console) {
            if (all != names.isEmpty()) {
                throw new ParameterException(spec.commandLine(), "plugins trust: give either names or --all");
            }
            PluginFolder folder = plugins.open();
            List<Map<String, Object>> trusted = new ArrayList<>();
            for (String name : all ? folder.files() : names) {
                Verification one = folder.trust(name);
                console.say("trusted " + one.file() + " " + one.found());
                trusted.add(Map.of("file", one.file(), "sha256", String.valueOf(one.found())));
            }
            if (!folder.isTrustedOnly()) {
                console.say("Others are loaded as well, until --trusted-only is given or settings.properties in the"
                        + " plugin folder has the line 'trusted_only = true'.");
            }
            console.result(Map.of("trusted", trusted, "trusted_only", folder.isTrustedOnly()));
            return true;
        }
    }
}
