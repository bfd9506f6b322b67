package dev.mneme.cli.experiment;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import dev.mneme.runtime.evaluate.Metrics;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One experiment.
 *
 * @param title for people
 * @param question it answers
 * @param why the expectations are what they are
 * @param task that all runs are trained on
 * @param settings of all runs, by dotted key
 * @param seeds every run is repeated with
 * @param runs models to train
 * @param evaluations further evaluations of trained models
 * @param sweeps evaluations of trained models at several values of a setting, each drawn as a chart
 * @param expectations what must hold, for every seed; empty = the results are reported, not judged
 * @param against dotted key of a number that differs between runs; accuracy is drawn over it. Null = no such chart.
 */
public record Experiment(
        String title,
        String question,
        String why,
        String task,
        Map<String, Object> settings,
        List<Long> seeds,
        List<Run> runs,
        List<Evaluation> evaluations,
        List<Sweep> sweeps,
        List<Expectation> expectations,
        @Nullable String against) {
    /** The experiments that come with the command. */
    private static final List<String> NAMES = List.of(
            "broadcast-bottleneck",
            "global-rows",
            "reverse-memory-only",
            "memory-lesions",
            "copy-encoder-decoder",
            "reverse-encoder-decoder",
            "bottleneck-slots",
            "book-language-model",
            "translation-verses",
            "translation-full",
            "delayed-copy",
            "copy-over-segments",
            "copy-more-segments",
            "retrieval-over-segments",
            "xl-memory-length",
            "xl-two-hops",
            "compressive-block-recall",
            "infinite-oldest-segment",
            "infinite-frequency-sort");

    /**
     * A model to train.
     *
     * @param name unique in the experiment
     * @param memory name of the mechanism
     * @param settings beyond the experiment's, by dotted key; {@code curriculum} is a list of stages
     * @param seeds instead of the experiment's; empty = the same
     */
    public record Run(String name, String memory, Map<String, Object> settings, List<Long> seeds) {
        public Run {
            settings = settings == null ? Map.of() : new LinkedHashMap<>(settings);
            seeds = seeds == null ? List.of() : List.copyOf(seeds);
        }
    }

    /**
     * A trained model evaluated with other settings.
     *
     * @param name unique in the experiment, runs included
     * @param of name of the run
     * @param settings that differ, by dotted key
     */
    public record Evaluation(String name, String of, Map<String, Object> settings) {}

    /**
     * Trained models evaluated at several values of a setting. Each is an evaluation named such as
     * {@code rmt at segments=8}, which expectations can be of.
     *
     * @param of names of runs; empty = all
     * @param setting that varies, by dotted key, such as {@code task.segments}
     * @param values it takes
     * @param metric that is drawn over it; accuracy if not said
     * @param settings that differ besides, by dotted key
     */
    public record Sweep(
            List<String> of, String setting, List<Number> values, String metric, Map<String, Object> settings) {
        public Sweep {
            of = of == null ? List.of() : List.copyOf(of);
            if (setting == null || values == null || values.isEmpty()) {
                throw new IllegalArgumentException("a sweep needs a setting and its values");
            }
            values = List.copyOf(values);
            metric = metric == null ? Metrics.ACCURACY : metric;
            settings = settings == null ? Map.of() : new LinkedHashMap<>(settings);
        }

        /** Name of the evaluation of a run at a value. */
        String name(String run, Number value) {
            return run + " at " + setting.substring(setting.lastIndexOf('.') + 1) + "=" + value;
        }

        private List<Evaluation> evaluations() {
            List<Evaluation> evaluations = new ArrayList<>();
            for (String run : of) {
                for (Number value : values) {
                    Map<String, Object> changed = new LinkedHashMap<>(settings);
                    changed.put(setting, value);
                    evaluations.add(new Evaluation(name(run, value), run, changed));
                }
            }
            return evaluations;
        }

        private Sweep over(List<String> runs) {
            return of.isEmpty() ? new Sweep(runs, setting, values, metric, settings) : this;
        }
    }

    public Experiment {
        settings = settings == null ? Map.of() : new LinkedHashMap<>(settings);
        seeds = seeds == null || seeds.isEmpty() ? List.of(0L) : List.copyOf(seeds);
        if (runs == null || runs.isEmpty()) {
            throw new IllegalArgumentException("an experiment needs runs");
        }
        runs = List.copyOf(runs);
        evaluations = evaluations == null ? List.of() : List.copyOf(evaluations);
        expectations = expectations == null ? List.of() : List.copyOf(expectations);
        List<String> runNames = runs.stream().map(Run::name).toList();
        sweeps = sweeps == null
                ? List.of()
                : sweeps.stream().map(sweep -> sweep.over(runNames)).toList();
        check(runNames, allEvaluations(evaluations, sweeps), expectations);
    }

    /** Evaluations asked for one by one, then those of the sweeps. */
    List<Evaluation> allEvaluations() {
        return allEvaluations(evaluations, sweeps);
    }

    private static List<Evaluation> allEvaluations(List<Evaluation> evaluations, List<Sweep> sweeps) {
        List<Evaluation> all = new ArrayList<>(evaluations);
        sweeps.forEach(sweep -> all.addAll(sweep.evaluations()));
        return all;
    }

    private static void check(List<String> runNames, List<Evaluation> evaluations, List<Expectation> expectations) {
        List<String> names = new ArrayList<>(runNames);
        for (Evaluation evaluation : evaluations) {
            require(runNames, evaluation.of());
            names.add(evaluation.name());
        }
        if (names.stream().distinct().count() < names.size()) {
            throw new IllegalArgumentException("names of runs and evaluations must differ, got " + names);
        }
        for (Expectation expectation : expectations) {
            require(names, expectation.of());
            if (expectation.atLeast() != null) {
                require(names, expectation.atLeast());
            }
        }
    }

    private static void require(List<String> names, String name) {
        if (!names.contains(name)) {
            throw new IllegalArgumentException("nothing is named '" + name + "'; " + NearestName.hint(name, names));
        }
    }

    /** Seeds of one run. */
    List<Long> seeds(Run run) {
        return run.seeds().isEmpty() ? seeds : run.seeds();
    }

    /** Names of all experiments that come with the command. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * The experiment of that name.
     *
     * @throws MnemeException ({@code NAME_UNKNOWN}) if there is none
     */
    public static Experiment named(String name) {
        if (!NAMES.contains(name)) {
            throw new MnemeException(
                    ErrorCode.NAME_UNKNOWN, "there is no experiment '" + name + "'; " + NearestName.hint(name, NAMES));
        }
        try (@Nullable InputStream in = Experiment.class.getResourceAsStream("/experiments/" + name + ".yaml")) {
            return read(Objects.requireNonNull(in, name), name);
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.FILE_FAILED, "cannot read experiment " + name, e);
        }
    }

    /**
     * Reads an experiment from YAML.
     *
     * @param source named in messages
     * @throws MnemeException ({@code CONFIG_INVALID}) saying what is wrong and where
     */
    public static Experiment read(InputStream yaml, String source) throws IOException {
        return YamlFiles.read(yaml, Experiment.class, "experiment " + source);
    }
}
