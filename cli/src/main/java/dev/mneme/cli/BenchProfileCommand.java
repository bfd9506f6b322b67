package dev.mneme.cli;

import dev.mneme.cli.bench.Bench;
import dev.mneme.cli.bench.ProfileReport;
import dev.mneme.cli.bench.RoleProfile;
import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.LiveLine;
import dev.mneme.runtime.Mneme;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows where the time of a segment goes. */
@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measure how much of a segment's time a mechanism's reader and writer take, forward without gradients, over "
                    + "the values of one setting. The state is carried from segment to segment as in a stream.",
            "Writes profile.json, profile.svg, profile-methods.svg and report.html: the second plot samples in which of the "
                    + "mechanism's own methods the time goes."
        },
        footer = {
            "",
            "Examples:",
            "  mneme bench profile --memory infinite-former --vary memory.basis --values 128,256,512",
            "  mneme bench profile --memory memformer --vary memory.slots --values 16,64,256 --dim 128"
        })
final class BenchProfileCommand extends MnemeCommand {
    private static final int BAR = 20;

    @Option(names = "--memory", required = true, paramLabel = "NAME", description = "Mechanism.")
    String memory;

    @Option(
            names = "--vary",
            required = true,
            paramLabel = "KEY",
            description = "The memory.* or model.* setting that is varied.")
    String key;

    @Option(names = "--values", required = true, paramLabel = "LIST", description = "Its values, whole numbers.")
    String values;

    @Option(names = "--batch", defaultValue = "1", paramLabel = "B", description = "Streams (default: 1).")
    int batch;

    @Option(
            names = "--steps",
            defaultValue = "20",
            paramLabel = "N",
            description = "Segments that count (default: 20).")
    int steps;

    @Option(
            names = "--warmup",
            defaultValue = "5",
            paramLabel = "N",
            description = "Segments before them (default: 5).")
    int warmUp;

    @Mixin
    BenchSizes sizes;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder of record and report (default: a new one in runs/).")
    @Nullable Path out;

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) throws Exception {
        BenchSizes.refuseOptionsOfParent(spec);
        sizes.refuse(key, "--values");
        List<Integer> chosen = BenchLists.sizes("--values", values);
        Bench bench = new Bench(batch, sizes.segment, 1, sizes.vocabulary, warmUp, steps, sizes.seed);
        try (Mneme mneme = runtime.open()) {
            for (int value : chosen) {
                bench.check(mneme, memory, settings(mneme, value));
            }
            ProfileReport report = new ProfileReport(memory, key, measure(console, mneme, bench, chosen));
            new BenchGrid("profile", out, mneme.backend().info(), sizes.toMap(batch, steps, warmUp))
                    .write(console, report);
        }
        return true;
    }

    private Map<Integer, RoleProfile.Shares> measure(Console console, Mneme mneme, Bench bench, List<Integer> chosen)
            throws InterruptedException {
        Map<Integer, RoleProfile.Shares> shares = new LinkedHashMap<>();
        try (LiveLine line = console.progress()) {
            for (int value : chosen) {
                line.update(LiveLine.bar((double) shares.size() / chosen.size(), BAR) + " " + key + "=" + value);
                shares.put(value, new RoleProfile(bench).run(mneme, memory, settings(mneme, value)));
            }
        }
        return shares;
    }

    private Map<String, String> settings(Mneme mneme, int value) {
        Map<String, String> settings = sizes.settings(mneme, memory);
        settings.put(key, String.valueOf(value));
        return settings;
    }
}
