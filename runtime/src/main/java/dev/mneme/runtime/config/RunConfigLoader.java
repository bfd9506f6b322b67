package dev.mneme.runtime.config;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.error.NearestName;
import dev.mneme.runtime.engine.EngineRegistry;
import dev.mneme.runtime.plugin.MemoryRegistry;
import dev.mneme.runtime.plugin.TaskRegistry;
import dev.mneme.runtime.train.TrainConfig;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts run configurations together and checks them against the memories and tasks there are. Thread-safe. */
public final class RunConfigLoader {
    private static final String DEFAULT_MEMORY = "none";

    private final MemoryRegistry memories;
    private final TaskRegistry tasks;

    @Inject
    public RunConfigLoader(MemoryRegistry memories, TaskRegistry tasks) {
        this.memories = memories;
        this.tasks = tasks;
    }

    /**
     * Reads a file and lays flags, then assignments over it; later ones win. Where a layer chooses another memory or task
     * than the layers before, their settings of it are dropped. The memory is {@code none} and the engine {@code auto}
     * unless chosen; the task must be chosen. There is no curriculum unless one is given, as a list of stages or as the
     * text of one in YAML.
     *
     * @param file YAML, or JSON if it ends in {@code .json}; null for none
     * @param flags values by dotted key: {@code memory}, {@code task}, {@code backend}, {@code seed}, {@code steps},
     *     {@code curriculum}, {@code model.dim} and so on
     * @param assignments such as {@code memory.slots=8}
     * @throws dev.mneme.error.MnemeException ({@code CONFIG_INVALID}) listing everything that is wrong;
     *     ({@code NAME_UNKNOWN}) if nothing is but the name of the memory or task; ({@code FILE_FAILED}) if the file
     *     cannot be read
     */
    public RunConfig load(@Nullable Path file, Map<String, ?> flags, List<String> assignments) {
        return load(file, flags, assignments, false);
    }

    /**
     * As {@link #load}, for a task that the program makes itself: {@code task}, {@code task.*} and {@code curriculum}
     * must be absent.
     *
     * @return with {@link RunConfig#OWN_TASK} as the task
     */
    public RunConfig loadForOwnTask(@Nullable Path file, Map<String, ?> flags, List<String> assignments) {
        return load(file, flags, assignments, true);
    }

    private RunConfig load(@Nullable Path file, Map<String, ?> flags, List<String> assignments, boolean ownTask) {
        Problems problems = new Problems();
        ConfigTree tree = new ConfigTree(problems);
        if (file != null) {
            tree.addAll(ConfigFiles.read(file));
        }
        flags.forEach(tree::add);
        assignments.forEach(assignment -> assign(tree, assignment, problems));
        RunConfig config = bind(tree, ownTask, problems);
        problems.check();
        return config;
    }

    private static void assign(ConfigTree tree, String assignment, Problems problems) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            problems.add("--set " + assignment + ": expected key=value, such as model.dim=256");
        } else {
            tree.add(
                    assignment.substring(0, equals).trim(),
                    assignment.substring(equals + 1).trim());
        }
    }

    private RunConfig bind(ConfigTree tree, boolean ownTask, Problems problems) {
        String memory = tree.text(ConfigTree.MEMORY, DEFAULT_MEMORY);
        Map<String, Object> memorySettings = problems.collect(
                Map.of(), () -> Settings.toMap(memories.require(memory).configure(tree.section(ConfigTree.MEMORY))));
        String task = ownTask ? RunConfig.OWN_TASK : tree.text(ConfigTree.TASK, "");
        Map<String, Object> taskSettings = ownTask ? Map.of() : taskSettings(task, tree, problems);
        BackboneConfig model = problems.collect(
                BackboneConfig.defaults(),
                () -> Settings.bind(ConfigTree.MODEL, BackboneConfig.class, tree.section(ConfigTree.MODEL)));
        TrainConfig train = problems.collect(
                TrainConfig.defaults(),
                () -> Settings.bind(ConfigTree.TRAIN, TrainConfig.class, tree.section(ConfigTree.TRAIN)));
        String backend = tree.text(ConfigTree.BACKEND, EngineRegistry.AUTO);
        long seed = seed(tree, problems);
        List<CurriculumStage> curriculum = taskSettings.isEmpty()
                ? List.of()
                : new CurriculumReader(tasks.require(task), taskSettings, problems).read(tree.curriculum());
        if (ownTask) {
            checkNoTask(tree, problems);
        }
        return new RunConfig(memory, task, backend, seed, model, train, memorySettings, taskSettings, curriculum);
    }

    /** Empty after noting what is wrong. */
    private Map<String, Object> taskSettings(String task, ConfigTree tree, Problems problems) {
        if (task.equals(RunConfig.OWN_TASK)) {
            problems.add("task: a program made the task of this run and only that program can make it again; choose one"
                    + " that fits the model; " + NearestName.hint("", tasks.names()));
            return Map.of();
        }
        if (task.isEmpty()) {
            problems.add("task: choose one; " + NearestName.hint(task, tasks.names()));
            return Map.of();
        }
        return problems.collect(
                Map.of(), () -> Settings.toMap(tasks.require(task).configure(tree.section(ConfigTree.TASK))));
    }

    private static void checkNoTask(ConfigTree tree, Problems problems) {
        String named = tree.text(ConfigTree.TASK, RunConfig.OWN_TASK);
        if (!named.equals(RunConfig.OWN_TASK)) {
            problems.add("task: '" + named + "' is given, but the program makes the task itself; leave it out");
        }
        tree.section(ConfigTree.TASK)
                .keySet()
                .forEach(key -> problems.add("task." + key + ": the program makes the task itself; leave it out"));
        if (!tree.curriculum().isEmpty()) {
            problems.add("curriculum: its stages change settings of an installed task; leave it out");
        }
    }

    private static long seed(ConfigTree tree, Problems problems) {
        String text = tree.text(ConfigTree.SEED, "0");
        try {
            return Long.parseLong(text.replace("_", ""));
        } catch (NumberFormatException e) {
            problems.add("seed: expected an integer, got '" + text + "'");
            return 0;
        }
    }
}
