package dev.mneme.runtime.engine;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import dev.mneme.runtime.internal.Services;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineProvider;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** All engines, and which one is used. Thread-safe. */
public final class EngineRegistry {
    /** The name that asks for the best engine that works here. */
    public static final String AUTO = "auto";

    private static final String NO_ENGINE_REMEDY =
            "put mneme-backend-cpu-libtorch or mneme-backend-cpu-nd4j on the class path";

    private final List<EngineProvider> providers;
    private final Map<String, String> contested;
    private final List<EngineModules.Failure> failures;
    private final Map<EngineProvider, Availability> availabilities = new IdentityHashMap<>();

    /**
     * A registry of these engines. Two with the same name are both set aside: choosing that name is an error that names
     * both.
     */
    @Inject
    public EngineRegistry(Set<EngineProvider> providers, EngineModules modules) {
        Map<String, List<EngineProvider>> byName = providers.stream()
                .collect(Collectors.groupingBy(EngineProvider::name, TreeMap::new, Collectors.toList()));
        this.contested = new TreeMap<>();
        this.providers = new ArrayList<>();
        byName.forEach((name, sameName) -> {
            if (sameName.size() == 1) {
                this.providers.add(sameName.get(0));
            } else {
                contested.put(
                        name,
                        sameName.stream()
                                .map(provider -> provider.getClass().getName())
                                .sorted()
                                .collect(Collectors.joining(" and ")));
            }
        });
        this.providers.sort(Comparator.comparingInt(EngineProvider::priority).reversed());
        this.failures = modules.failures();
    }

    /** Every engine, highest priority first. Asks each whether it works, which may load natives. */
    public List<EngineStatus> all() {
        return providers.stream()
                .map(provider -> new EngineStatus(provider.name(), provider.priority(), availability(provider)))
                .toList();
    }

    /** Engine modules on the class path that did not work. */
    public List<EngineModules.Failure> failures() {
        return failures;
    }

    /**
     * Chooses an engine. Only as many engines are asked whether they work as the choice needs.
     *
     * @param name an engine's name, or {@link #AUTO} for the available one of highest priority
     * @throws MnemeException ({@link ErrorCode#NAME_UNKNOWN}) for a name that no engine has;
     *     ({@link ErrorCode#ENGINE_UNAVAILABLE}) with reason and remedy if that engine, or none, works here
     */
    public EngineChoice choose(String name) {
        if (name.equals(AUTO)) {
            return best();
        }
        if (contested.containsKey(name)) {
            throw new MnemeException(
                    ErrorCode.ENGINE_UNAVAILABLE,
                    "backend '" + name + "': " + contested.get(name) + " have the same name; remove all but one");
        }
        EngineProvider provider = providers.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(name));
        Availability availability = availability(provider);
        if (availability instanceof Availability.Available available) {
            return new EngineChoice(provider, available.device(), "asked for");
        }
        throw new MnemeException(
                ErrorCode.ENGINE_UNAVAILABLE, "backend '" + name + "' does not work here: " + explain(availability));
    }

    private EngineChoice best() {
        List<String> passedOver = new ArrayList<>();
        for (EngineProvider provider : providers) {
            Availability availability = availability(provider);
            if (availability instanceof Availability.Available available) {
                return new EngineChoice(provider, available.device(), whyBest(provider, passedOver));
            }
            passedOver.add(provider.name() + ": " + explain(availability));
        }
        List<String> reasons = new ArrayList<>(passedOver);
        contested.forEach((name, classes) -> reasons.add(name + ": " + classes + " have the same name; remove one"));
        failures.forEach(failure -> reasons.add(failure.module() + ": " + failure.reason()));
        if (reasons.isEmpty()) {
            throw new MnemeException(
                    ErrorCode.ENGINE_UNAVAILABLE, "there is no engine on the class path; " + NO_ENGINE_REMEDY);
        }
        throw new MnemeException(
                ErrorCode.ENGINE_UNAVAILABLE,
                "no engine works here"
                        + reasons.stream().map(reason -> "\n  " + reason).collect(Collectors.joining()));
    }

    private String whyBest(EngineProvider chosen, List<String> passedOver) {
        if (!passedOver.isEmpty()) {
            return "the best engine that works here; passed over " + String.join("; ", passedOver);
        }
        List<String> others = providers.stream()
                .filter(provider -> provider != chosen)
                .map(EngineProvider::name)
                .toList();
        return others.isEmpty()
                ? "the only engine on the class path"
                : "the engine of highest priority; others: " + String.join(", ", others);
    }

    private MnemeException unknown(String name) {
        List<String> names = new ArrayList<>();
        names.add(AUTO);
        providers.forEach(provider -> names.add(provider.name()));
        String broken = failures.isEmpty()
                ? ""
                : failures.stream()
                        .map(failure -> failure.module() + " (" + failure.reason() + ")")
                        .collect(Collectors.joining(", ", ". These did not load: ", ""));
        return new MnemeException(
                ErrorCode.NAME_UNKNOWN,
                "backend '" + name + "': no such engine; " + NearestName.hint(name, names) + broken);
    }

    private synchronized Availability availability(EngineProvider provider) {
        Availability known = availabilities.get(provider);
        if (known == null) {
            known = ask(provider);
            availabilities.put(provider, known);
        }
        return known;
    }

    private static Availability ask(EngineProvider provider) {
        try {
            return provider.availability();
        } catch (LinkageError | RuntimeException e) {
            return new Availability.Unavailable(
                    "asking whether it works failed, " + Services.describe(e),
                    "report this to the author of " + provider.getClass().getName());
        }
    }

    private static String explain(Availability availability) {
        if (availability instanceof Availability.Unavailable unavailable) {
            return unavailable.remedy().isEmpty()
                    ? unavailable.reason()
                    : unavailable.reason() + "; " + unavailable.remedy();
        }
        return "works";
    }
}
