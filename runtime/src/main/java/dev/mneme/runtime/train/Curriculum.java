package dev.mneme.runtime.train;

import dev.mneme.config.ConfigurationProblems;
import dev.mneme.task.Task;
import dev.mneme.task.TaskInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * What is trained on at which step: easier tasks one after the other, then the task itself. Steps count from 1.
 * Immutable and thread-safe.
 */
public final class Curriculum {
    /**
     * An easier task.
     *
     * @param label for people: what makes it easier, such as {@code segments=2}
     * @param task that a model of the task itself can run
     * @param steps it is trained on, at least 1
     */
    public record Stage(String label, Task task, long steps) {
        public Stage {
            if (steps < 1) {
                throw new IllegalArgumentException("a stage needs a step, got " + steps);
            }
        }
    }

    private final List<Stage> stages;
    private final Task task;

    /**
     * Puts stages before a task.
     *
     * @throws ConfigurationProblems naming every stage that a model of the task cannot run: of another form, with more
     *     symbols, longer segments or targets, or other begin and end symbols
     */
    public Curriculum(List<Stage> stages, Task task) {
        this.stages = List.copyOf(stages);
        this.task = task;
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
            String where = "curriculum, stage " + (i + 1) + " (" + stages.get(i).label() + "): ";
            misfits(stages.get(i).task().info(), task.info()).forEach(misfit -> problems.add(where + misfit));
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationProblems(problems);
        }
    }

    /** The task from the first step on. */
    public static Curriculum none(Task task) {
        return new Curriculum(List.of(), task);
    }

    private static List<String> misfits(TaskInfo stage, TaskInfo model) {
        List<String> misfits = new ArrayList<>();
        if (stage.form() != model.form()) {
            misfits.add("the form is " + stage.form() + ", that of the task itself is " + model.form());
        }
        larger(misfits, "input symbols", stage.vocabulary(), model.vocabulary());
        larger(misfits, "label symbols", stage.targetVocabulary(), model.targetVocabulary());
        larger(misfits, "tokens a segment", stage.maxLength(), model.maxLength());
        larger(misfits, "tokens a target", stage.maxTargetLength(), model.maxTargetLength());
        if (stage.beginToken() != model.beginToken() || stage.endToken() != model.endToken()) {
            misfits.add("targets begin and end with the symbols " + stage.beginToken() + " and " + stage.endToken()
                    + ", those of the task itself with " + model.beginToken() + " and " + model.endToken());
        }
        return misfits;
    }

    private static void larger(List<String> misfits, String what, int stage, int model) {
        if (stage > model) {
            misfits.add("it has " + stage + " " + what + ", a model of the task itself takes at most " + model
                    + "; a stage must not be larger than the task");
        }
    }

    /** The task itself: what the model is built for and evaluated on. */
    public Task task() {
        return task;
    }

    /** The tasks of all stages, then the task itself. */
    List<Task> tasks() {
        List<Task> tasks = new ArrayList<>();
        stages.forEach(stage -> tasks.add(stage.task()));
        tasks.add(task);
        return tasks;
    }

    /** Index into {@link #tasks} of what a step trains on. */
    int stage(long step) {
        long end = 0;
        for (int i = 0; i < stages.size(); i++) {
            end += stages.get(i).steps();
            if (step <= end) {
                return i;
            }
        }
        return stages.size();
    }

    /** Whether a step is the first of another task than that of the step before. */
    boolean changesAt(long step) {
        return step > 1 && stage(step) != stage(step - 1);
    }

    /** The label of the stage that a step is in; empty after the last stage. */
    public String label(long step) {
        int stage = stage(step);
        return stage < stages.size() ? stages.get(stage).label() : "";
    }
}
