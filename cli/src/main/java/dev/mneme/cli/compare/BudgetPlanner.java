package dev.mneme.cli.compare;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.cli.compare.BudgetSearch.Bracket;
import dev.mneme.cli.compare.BudgetSearch.Probe;
import dev.mneme.cli.console.Quantity;
import dev.mneme.config.SettingDescription;
import dev.mneme.config.Settings;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.plugin.MemoryEntry;
import dev.mneme.runtime.plugin.MemoryRegistry;
import dev.mneme.task.TaskInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Adjusts mechanisms until their models come to a budget. */
final class BudgetPlanner {
    private static final String MODEL = "model.";
    private static final String MEMORY = "memory.";
    private static final String FEED_FORWARD = "model.feed_forward";
    /** What decides how large a state is, in the mechanisms there are. */
    private static final List<String> STATE_KEYS = List.of("slots", "length", "basis");

    private final Budget budget;
    private final MemoryRegistry memories;
    private final ModelSizes sizes;
    private final BiFunction<Place, Adjustment, RunConfig> configure;
    private final Map<Question, Adjustment> answers = new HashMap<>();

    /** All that decides the outcome of a search; other sizes of a task often ask the same. */
    private record Question(
            String memory, Map<String, Object> settings, BackboneConfig model, TaskInfo task, String setting) {}

    /**
     * Nothing is built yet.
     *
     * @param configure the configuration of a place with a setting changed
     */
    BudgetPlanner(
            Budget budget,
            MemoryRegistry memories,
            ModelSizes sizes,
            BiFunction<Place, Adjustment, RunConfig> configure) {
        this.budget = budget;
        this.memories = memories;
        this.sizes = sizes;
        this.configure = configure;
    }

    /**
     * The value that comes nearest to the budget; null where there is nothing to hold equal, as with the state of a
     * mechanism that has none.
     *
     * @param base configuration without adjustment
     * @param size of its model
     * @throws MnemeException ({@code CONFIG_INVALID}) if no value comes within the tolerance
     */
    @Nullable Adjustment adjust(Place place, RunConfig base, ModelSize size) {
        if (budget.isState() && size.stateBytes() == 0) {
            return null;
        }
        String setting = setting(place.memory());
        Question question = new Question(base.memory(), base.memorySettings(), base.model(), sizes.task(base), setting);
        Adjustment known = answers.get(question);
        if (known == null) {
            known = search(place, setting);
            answers.put(question, known);
        }
        return known;
    }

    private Adjustment search(Place place, String setting) {
        BudgetSearch search = new BudgetSearch(value -> amount(place, setting, value), budget.target());
        Bracket bracket = search.run();
        Probe nearest = bracket.nearest(budget.target());
        if (nearest == null || !budget.holds(nearest.amount())) {
            throw invalid(place.label() + ": " + shortfall(setting, bracket));
        }
        return new Adjustment(setting, nearest.value(), nearest.amount());
    }

    private OptionalLong amount(Place place, String setting, int value) {
        try {
            return OptionalLong.of(budget.of(sizes.of(configure.apply(place, new Adjustment(setting, value, 0)))));
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.CONFIG_INVALID) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    private String shortfall(String setting, Bracket bracket) {
        String asked = "the budget is " + budget.describe();
        Probe below = bracket.below();
        Probe above = bracket.above();
        if (below != null && above != null) {
            return asked + ", but " + shown(setting, below) + " and " + shown(setting, above)
                    + ". Widen the tolerance, or adjust another setting";
        }
        if (above != null) {
            return asked + ", but " + shown(setting, above) + ", and less is not possible. Raise the budget, or make "
                    + "smaller what " + setting + " does not decide";
        }
        if (below != null) {
            return asked + ", but " + shown(setting, below) + ", and larger values give no more. Lower the budget, or "
                    + "adjust another setting";
        }
        return asked + ", but no value of " + setting + " goes with the other settings. Adjust another setting";
    }

    private String shown(String setting, Probe probe) {
        return setting + "=" + probe.value() + " gives " + Quantity.grouped(probe.amount()) + " " + budget.what();
    }

    private String setting(MemoryChoice choice) {
        MemoryEntry entry = memories.require(choice.memory());
        String named = choice.adjust() == null ? budget.adjust() : choice.adjust();
        if (named != null) {
            requireWholeNumber(named, entry);
            return named;
        }
        if (!budget.isState()) {
            return FEED_FORWARD;
        }
        List<String> keys =
                entry.settings().stream().map(SettingDescription::key).toList();
        return STATE_KEYS.stream()
                .filter(keys::contains)
                .findFirst()
                .map(MEMORY::concat)
                .orElseThrow(() -> invalid("the budget is " + budget.describe() + ", but " + entry.name()
                        + " has none of memory." + String.join(", memory.", STATE_KEYS)
                        + ". Say with adjust which setting decides how large its state is"));
    }

    private static void requireWholeNumber(String setting, MemoryEntry entry) {
        Map<String, SettingDescription> known = new HashMap<>();
        Settings.describe(BackboneConfig.class).forEach(one -> known.put(MODEL + one.key(), one));
        entry.settings().forEach(one -> known.put(MEMORY + one.key(), one));
        List<String> valid = new ArrayList<>(known.entrySet().stream()
                .filter(one -> one.getValue().type().equals("integer"))
                .map(Map.Entry::getKey)
                .sorted()
                .toList());
        if (!valid.contains(setting)) {
            throw invalid("adjust " + setting + ": " + entry.name() + " has no such whole-numbered setting; "
                    + NearestName.hint(setting, valid));
        }
    }

    private static MnemeException invalid(String message) {
        return new MnemeException(ErrorCode.CONFIG_INVALID, message);
    }
}
