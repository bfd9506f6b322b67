package dev.mneme.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.Checkpoint;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.session.Session;
import dev.mneme.runtime.session.SessionOptions;
import dev.mneme.runtime.session.SessionPool;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.runtime.train.StepReport;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.TrainResult;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runtime as another program embeds it, with the plugins and engines of its class path. */
final class TrainingRunTest {
    private static final Function<TaskContext, Task> COUNTING = context -> SmallTask.of(SmallTask.Kind.STREAM);

    @TempDir
    Path folder;

    @Test
    void aModelTrainedOnATaskOfTheProgramIsServedByAnotherRuntime() {
        double[] before;
        try (Mneme mneme = open()) {
            long tensors = mneme.backend().memory().liveTensors();
            try (TrainingRun run = mneme.newRun(settings("memory", "transformer-xl", "memory.length", 4), COUNTING)) {
                run.train(folder, TrainListener.NONE);
                assertThat(run.evaluate(Split.TEST).accuracy()).isGreaterThan(0.5);
                before = logProbabilities(run.model());
            }
            assertThat(mneme.backend().memory().liveTensors()).isEqualTo(tensors);
        }
        try (Mneme mneme = open();
                Model model = mneme.load(folder)) {
            assertThat(model.describe().memory()).isEqualTo("transformer-xl");
            assertThat(logProbabilities(model)).containsExactly(before);
        }
    }

    private static double[] logProbabilities(Model model) {
        try (SessionPool pool = SessionPool.open(model, SessionOptions.defaults());
                Session session = pool.open()) {
            session.feed(3);
            return session.feed(4, 5, 6, 7, 0, 1);
        }
    }

    @Test
    void theTaskIsMadeWithTheSegmentsOfTheSettings() {
        List<TaskContext> contexts = new ArrayList<>();
        try (Mneme mneme = open();
                TrainingRun run = mneme.newRun(settings("model.segment", 7, "train.segments", 5), context -> {
                    contexts.add(context);
                    return COUNTING.apply(context);
                })) {
            assertThat(contexts).containsExactly(new TaskContext(7, 5, mneme.dataDirectory()));
            assertThat(run.config().task()).isEqualTo(RunConfig.OWN_TASK);
            assertThat(run.parameterCount()).isPositive();
        }
    }

    @Test
    void settingsOfATaskOfTheProgramAreRefusedTogether() {
        try (Mneme mneme = open()) {
            Map<String, Object> settings = settings(
                    "task", "text",
                    "task.path", "book.txt",
                    "curriculum", "[{steps: 5, task: {length: 2}}]",
                    "model.dimm", 3);
            assertThatThrownBy(() -> mneme.newRun(settings, COUNTING))
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining("CONFIG_INVALID: 4 problems")
                    .hasMessageContaining("model.dimm: no such key; did you mean 'dim'")
                    .hasMessageContaining("task: 'text' is given, but the program makes the task itself")
                    .hasMessageContaining("task.path: the program makes the task itself")
                    .hasMessageContaining("curriculum: its stages change settings of an installed task");
        }
    }

    @Test
    void aRunWithoutItsTaskSaysWhoHasIt() {
        try (Mneme mneme = open()) {
            RunConfig config = mneme.configurations().loadForOwnTask(null, settings(), List.of());
            assertThatThrownBy(() -> mneme.newRun(config))
                    .hasMessageContaining("CONFIG_INVALID")
                    .hasMessageContaining("pass newRun what makes the task");
            try (TrainingRun run = mneme.newRun(config, COUNTING)) {
                run.train(folder, TrainListener.NONE);
            }
            Path saved = folder.resolve("config.json");
            assertThatThrownBy(() -> mneme.configurations().load(saved, Map.of(), List.of()))
                    .hasMessageContaining("task: a program made the task of this run");
            assertThat(mneme.configurations().loadForOwnTask(saved, Map.of(), List.of()))
                    .isEqualTo(config);
        }
    }

    @Test
    void anotherEngineThanTheOneThatIsOpenIsRefused() {
        try (Mneme mneme = open()) {
            assertThatThrownBy(() -> mneme.newRun(settings("backend", "nd4j"), COUNTING))
                    .hasMessageContaining("CONFIG_INVALID: backend")
                    .hasMessageContaining("'nd4j'")
                    .hasMessageContaining("'libtorch'");
            mneme.newRun(settings("backend", "libtorch"), COUNTING).close();
        }
    }

    @Test
    void aRunThatWasStoppedGoesOnAndListenersHearOfBothParts() {
        List<Long> steps = new ArrayList<>();
        TrainListener count = new TrainListener() {
            @Override
            public void stepped(StepReport report) {
                steps.add(report.step());
            }
        };
        try (Mneme mneme = open()) {
            try (TrainingRun run = mneme.newRun(settings("train.steps", 3), COUNTING)) {
                assertThat(run.resume(folder, count).step()).isEqualTo(3);
            }
            try (TrainingRun run = mneme.newRun(settings("train.steps", 5), COUNTING)) {
                assertThatThrownBy(() -> run.train(folder, count)).hasMessageContaining("Resume it");
                TrainResult result = run.resume(folder, TrainListener.all(count, count));
                assertThat(result.reason()).isEqualTo(TrainResult.Reason.FINISHED);
            }
        }
        assertThat(steps).containsExactly(1L, 2L, 3L, 4L, 4L, 5L, 5L);
    }

    @Test
    void aRunWithPatienceIsLoadedAtItsBestStep() {
        // A rate far too high: the loss is lowest at the first evaluation.
        Map<String, Object> settings = settings(
                "train.lr", 3, "train.warmup", 0, "train.evaluate_every", 1, "train.patience", 4, "train.keep", 9);
        try (Mneme mneme = open()) {
            try (TrainingRun run = mneme.newRun(settings, COUNTING)) {
                run.train(folder, TrainListener.NONE);
            }
            Checkpoint best = RunFolder.open(folder).best().orElseThrow();
            Checkpoint newest = RunFolder.open(folder).latest().orElseThrow();
            assertThat(best.progress().step()).isLessThan(newest.progress().step());
            assertThat(RunFolder.open(folder).trained().folder()).isEqualTo(best.folder());
        }
    }

    @Test
    void aFolderWithoutACheckpointCannotBeLoaded() {
        RunFolder.create(folder).writeConfig(Map.of("train", Map.of("patience", 0)));
        try (Mneme mneme = open()) {
            assertThatThrownBy(() -> mneme.load(folder))
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining("CHECKPOINT_INVALID")
                    .hasMessageContaining("has no checkpoint");
        }
    }

    private static Mneme open() {
        return Mneme.open(MnemeOptions.defaults().withBackend("libtorch").withThreads(1));
    }

    private static Map<String, Object> settings(Object... keysAndValues) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("model.dim", 16);
        settings.put("model.layers", 1);
        settings.put("model.heads", 2);
        settings.put("model.segment", SmallTask.LENGTH);
        settings.put("train.steps", 60);
        settings.put("train.batch", 8);
        settings.put("train.lr", 0.02);
        settings.put("train.warmup", 2);
        settings.put("train.evaluate_every", 0);
        settings.put("train.save_every", 0);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return settings;
    }
}
