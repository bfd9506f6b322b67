package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.TextTable;
import dev.mneme.memory.SpiVersion;
import dev.mneme.runtime.plugin.InstalledPlugin;
import dev.mneme.runtime.plugin.PluginFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mneme plugins list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List the jars of the plugin folder: version, interfaces, what they bring, digest, and whether "
                + "they are loaded, disabled, or rejected and why.",
        footer = {"", "Examples:", "  mneme plugins list", "  mneme plugins list --trusted-only --json"})
final class PluginsListCommand extends MnemeCommand {
    private static final String NOTHING = "-";
    private static final int SHORT_DIGEST = 12;

    @Mixin
    PluginFlags plugins;

    @Override
    boolean run(Console console) {
        PluginFolder folder = plugins.open();
        List<InstalledPlugin> installed = folder.list();
        TextTable table =
                new TextTable("plugin", "version", "interfaces", "brings", "sha256", "trusted", "state", "file");
        for (InstalledPlugin plugin : installed) {
            table.row(
                    text(plugin.id()),
                    text(plugin.version()),
                    text(plugin.requires()),
                    brings(plugin),
                    plugin.sha256() == null ? NOTHING : plugin.sha256().substring(0, SHORT_DIGEST),
                    plugin.trusted() ? "yes" : "no",
                    state(plugin),
                    plugin.file());
        }
        console.say(table);
        installed.stream()
                .filter(plugin -> plugin.reason() != null)
                .forEach(plugin -> console.say("! " + plugin.file() + ": " + plugin.reason()));
        if (folder.isTrustedOnly()) {
            console.say("Only trusted plugins are loaded.");
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("plugins", installed.stream().map(PluginsListCommand::json).toList());
        result.put("interfaces", SpiVersion.CURRENT);
        result.put("trusted_only", folder.isTrustedOnly());
        console.result(result);
        return true;
    }

    /** A plugin for {@code --json}. */
    static Map<String, Object> json(InstalledPlugin plugin) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("file", plugin.file());
        map.put("state", state(plugin));
        map.put("id", plugin.id());
        map.put("version", plugin.version());
        map.put("requires", plugin.requires());
        map.put("memories", plugin.memories());
        map.put("tasks", plugin.tasks());
        map.put("sha256", plugin.sha256());
        map.put("trusted", plugin.trusted());
        map.put("reason", plugin.reason());
        return map;
    }

    /** The names of memories, and of tasks with a word before them. */
    static String brings(InstalledPlugin plugin) {
        String names = Stream.concat(
                        plugin.memories().stream(), plugin.tasks().stream().map(task -> "task " + task))
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? NOTHING : names;
    }

    private static String state(InstalledPlugin plugin) {
        return plugin.state().name().toLowerCase(Locale.ROOT);
    }

    private static String text(@Nullable String value) {
        return value == null ? NOTHING : value;
    }
}
