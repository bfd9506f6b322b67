package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.plugin.Rejected;
import dev.mneme.runtime.plugin.TaskEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists tasks. */
@Command(
        name = "tasks",
        mixinStandardHelpOptions = true,
        description = "List the tasks: what the model must do, where loaded from, and configuration keys.",
        footer = {"", "Examples:", "  mneme tasks", "  mneme tasks reverse"})
final class TasksCommand extends MnemeCommand {
    @Mixin
    RuntimeOptions runtime;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Only this one.")
    String name;

    @Override
    boolean run(Console console) {
        try (Mneme mneme = runtime.open()) {
            List<TaskEntry> entries =
                    name == null ? mneme.tasks().all() : List.of(mneme.tasks().require(name));
            for (TaskEntry entry : entries) {
                console.say(entry.name() + " " + entry.version());
                console.say("  " + entry.provider().summary());
                console.say("  from:  " + entry.source());
                SettingsText.lines("task", entry.settings()).forEach(line -> console.say("    " + line));
                console.say("");
            }
            List<Rejected> rejected = mneme.rejected();
            if (!rejected.isEmpty()) {
                console.say("Not used:");
                rejected.forEach(one -> console.say("  " + one));
            }
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("tasks", entries.stream().map(TasksCommand::json).toList());
            result.put("rejected", MemoriesCommand.rejected(rejected));
            console.result(result);
            return true;
        }
    }

    private static Map<String, Object> json(TaskEntry entry) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", entry.name());
        map.put("version", entry.version());
        map.put("summary", entry.provider().summary());
        map.put("source", entry.source());
        map.put("settings", SettingsText.json(entry.settings()));
        return map;
    }
}
