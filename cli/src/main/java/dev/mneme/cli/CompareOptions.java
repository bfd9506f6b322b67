package dev.mneme.cli;

import dev.mneme.cli.compare.Budget;
import dev.mneme.cli.compare.Comparison;
import dev.mneme.cli.compare.MemoryChoice;
import dev.mneme.cli.compare.Sizes;
import dev.mneme.cli.compare.TaskChoice;
import dev.mneme.error.NearestName;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is compared, on the command line. */
final class CompareOptions {
    @Option(names = "--memories", split = ",", paramLabel = "NAME", description = "Mechanisms.")
    List<String> memories = new ArrayList<>();

    @Option(names = "--tasks", split = ",", paramLabel = "NAME", description = "Tasks.")
    List<String> tasks = new ArrayList<>();

    @Option(names = "--seeds", split = ",", paramLabel = "S", description = "Seeds (default: 0).")
    List<Long> seeds = new ArrayList<>();

    @Option(
            names = "--sizes",
            paramLabel = "KEY=LIST",
            description = "Setting that varies, with its values, such as task.segments=2,3,4.")
    @Nullable String sizes;

    @Option(
            names = "--metric",
            paramLabel = "NAME",
            description = "Metric of the test split that is compared (default: bleu, bits_per_byte or accuracy).")
    @Nullable String metric;

    @Option(
            names = "--parameters",
            paramLabel = "N",
            description = "Give every mechanism so many parameters, by adjusting model.feed_forward.")
    @Nullable Long parameters;

    @Option(
            names = "--state-bytes",
            paramLabel = "N",
            description = "Give every mechanism a state of so many bytes a stream, by adjusting memory.slots, "
                    + "memory.length or memory.basis.")
    @Nullable Long stateBytes;

    @Option(
            names = "--tolerance",
            paramLabel = "SHARE",
            description = "By how much that may be missed (default: 0.01).")
    @Nullable Double tolerance;

    @Option(
            names = "--adjust",
            paramLabel = "[NAME:]KEY",
            description = "Setting to adjust instead, of all mechanisms or of one, such as model.dim or "
                    + "memformer:memory.slots. Repeatable.")
    List<String> adjusted = new ArrayList<>();

    /** The comparison of a file with the options over it; null for the options alone. */
    Comparison over(@Nullable Comparison base) {
        if (base == null && (memories.isEmpty() || tasks.isEmpty())) {
            throw Failures.invalid("say what to compare: a file, or --memories and --tasks");
        }
        try {
            return adjust(merge(base));
        } catch (IllegalArgumentException e) {
            throw Failures.invalid(String.valueOf(e.getMessage()));
        }
    }

    private Comparison merge(@Nullable Comparison base) {
        List<MemoryChoice> chosenMemories =
                memories.stream().map(MemoryChoice::valueOf).toList();
        List<TaskChoice> chosenTasks = tasks.stream().map(TaskChoice::valueOf).toList();
        Comparison below = base != null
                ? base
                : new Comparison("", "", chosenMemories, chosenTasks, List.of(), null, null, Map.of(), null);
        return new Comparison(
                base == null ? "Comparison on " + String.join(", ", tasks) : below.title(),
                below.question(),
                memories.isEmpty() ? below.memories() : chosenMemories,
                tasks.isEmpty() ? below.tasks() : chosenTasks,
                seeds.isEmpty() ? below.seeds() : seeds,
                sizes == null ? below.sizes() : sizes(sizes),
                metric == null ? below.metric() : metric,
                below.settings(),
                budget(below.budget()));
    }

    private @Nullable Budget budget(@Nullable Budget below) {
        if (parameters != null || stateBytes != null) {
            return new Budget(parameters, stateBytes, tolerance, null);
        }
        if (tolerance == null || below == null) {
            if (tolerance != null) {
                throw Failures.invalid("--tolerance goes with --parameters or --state-bytes");
            }
            return below;
        }
        return new Budget(below.parameters(), below.stateBytes(), tolerance, below.adjust());
    }

    private Comparison adjust(Comparison merged) {
        if (adjusted.isEmpty()) {
            return merged;
        }
        Budget budget = merged.budget();
        if (budget == null) {
            throw Failures.invalid("--adjust goes with --parameters or --state-bytes");
        }
        Map<String, MemoryChoice> choices = new LinkedHashMap<>();
        merged.memories().forEach(choice -> choices.put(choice.name(), choice));
        Budget changed = budget;
        for (String each : adjusted) {
            int colon = each.lastIndexOf(':');
            if (colon < 0) {
                changed = new Budget(budget.parameters(), budget.stateBytes(), budget.tolerance(), each);
                continue;
            }
            String name = each.substring(0, colon);
            MemoryChoice choice = choices.get(name);
            if (choice == null) {
                throw Failures.invalid("--adjust " + each + ": " + name + " is not compared; "
                        + NearestName.hint(name, choices.keySet()));
            }
            choices.put(name, choice.adjusting(each.substring(colon + 1)));
        }
        return new Comparison(
                merged.title(),
                merged.question(),
                List.copyOf(choices.values()),
                merged.tasks(),
                merged.seeds(),
                merged.sizes(),
                merged.metric(),
                merged.settings(),
                changed);
    }

    private static Sizes sizes(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw Failures.invalid("--sizes " + text + ": expected a key and values, such as task.segments=2,3,4");
        }
        List<Number> values = new ArrayList<>();
        for (String word : text.substring(equals + 1).split(",", -1)) {
            values.add(number(text, word.strip()));
        }
        return new Sizes(text.substring(0, equals).strip(), values);
    }

    /** Whole where it is, so that it is written as given. */
    private static Number number(String text, String word) {
        try {
            BigDecimal value = new BigDecimal(word);
            return value.scale() <= 0 ? (Number) value.longValueExact() : (Number) value.doubleValue();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("--sizes " + text + ": '" + word + "' is no number", e);
        }
    }
}
