package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.plugin.MemoryEntry;
import dev.mneme.runtime.plugin.Rejected;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists memory mechanisms. */
@Command(
        name = "memories",
        mixinStandardHelpOptions = true,
        description = "List the memory mechanisms: version, paper, where loaded from, and configuration keys.",
        footer = {"", "Examples:", "  mneme memories", "  mneme memories memory-transformer"})
final class MemoriesCommand extends MnemeCommand {
    @Mixin
    RuntimeOptions runtime;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Only this one.")
    String name;

    @Override
    boolean run(Console console) {
        try (Mneme mneme = runtime.open()) {
            List<MemoryEntry> entries = name == null
                    ? mneme.memories().all()
                    : List.of(mneme.memories().require(name));
            for (MemoryEntry entry : entries) {
                MemoryDescription description = entry.provider().description();
                console.say(entry.name() + " " + entry.version());
                console.say("  " + description.summary());
                console.say("  paper: " + description.title() + "; " + description.citation());
                console.say("  from:  " + entry.source());
                SettingsText.lines("memory", entry.settings()).forEach(line -> console.say("    " + line));
                console.say("");
            }
            List<Rejected> rejected = mneme.rejected();
            if (!rejected.isEmpty()) {
                console.say("Not used:");
                rejected.forEach(one -> console.say("  " + one));
            }
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("memories", entries.stream().map(MemoriesCommand::json).toList());
            result.put("rejected", rejected(rejected));
            console.result(result);
            return true;
        }
    }

    private static Map<String, Object> json(MemoryEntry entry) {
        MemoryDescription description = entry.provider().description();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", entry.name());
        map.put("version", entry.version());
        map.put("title", description.title());
        map.put("citation", description.citation());
        map.put("summary", description.summary());
        map.put("source", entry.source());
        map.put("settings", SettingsText.json(entry.settings()));
        return map;
    }

    /** Rejected jars for {@code --json}. */
    static List<Map<String, String>> rejected(List<Rejected> rejected) {
        return rejected.stream()
                .map(one -> Map.of("jar", one.jar(), "reason", one.reason(), "remedy", one.remedy()))
                .toList();
    }
}
