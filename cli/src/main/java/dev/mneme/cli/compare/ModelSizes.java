package dev.mneme.cli.compare;

import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.model.ModelFactory;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.Window;
import dev.mneme.tensor.DType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds models to see how large they are. */
final class ModelSizes {
    private final Mneme mneme;
    private final ModelFactory factory;
    private final Map<List<Object>, Facts> tasks = new HashMap<>();

    private record Facts(TaskInfo info, long sequenceTokens) {}

    ModelSizes(Mneme mneme) {
        this.mneme = mneme;
        this.factory = new ModelFactory(mneme.memories());
    }

    /**
     * The size of a run's model.
     *
     * @throws dev.mneme.error.MnemeException if it cannot be built, or its task not be made
     */
    ModelSize of(RunConfig config) {
        Facts facts = facts(config);
        try (Model model = factory.create(config, facts.info(), mneme.backend(), DType.F32)) {
            return new ModelSize(
                    model.mechanism().parameterCount(),
                    model.mechanism().memory().schema().boundBytes(1),
                    facts.sequenceTokens());
        }
    }

    /** What a model must know of the task. */
    TaskInfo task(RunConfig config) {
        return facts(config).info();
    }

    private Facts facts(RunConfig config) {
        List<Object> key = List.of(
                config.task(),
                config.taskSettings(),
                config.model().segment(),
                config.train().segments());
        Facts known = tasks.get(key);
        if (known == null) {
            known = make(config);
            tasks.put(key, known);
        }
        return known;
    }

    private Facts make(RunConfig config) {
        TaskContext context =
                new TaskContext(config.model().segment(), config.train().segments(), mneme.dataDirectory());
        Task task = mneme.tasks().require(config.task()).create(config.taskSettings(), context);
        return new Facts(task.info(), sequenceTokens(task));
    }

    private static long sequenceTokens(Task task) {
        var windows = task.windows(Split.TEST, 1, 0);
        if (windows.size() == 0) {
            return 0;
        }
        Window first = windows.window(0);
        return first.carriesState()
                ? 0
                : first.segments().stream().mapToLong(SegmentBatch::length).sum();
    }
}
