package dev.mneme.runtime.plugin;

import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import java.util.List;
import java.util.Map;

/** A dropped-in plugin's task, called in the plugin's surroundings. */
record IsolatedTask(Task task, PluginCalls calls) implements Task {
    private static final String DATA = "making data";
    private static final String TEXT = "turning ids into text or back";
    private static final String SCORES = "scoring what was generated";

    @Override
    public TaskInfo info() {
        return calls.call("describing its task", task::info);
    }

    @Override
    public WindowSource windows(Split split, int rows, long seed) {
        return new Windows(calls.call(DATA, () -> task.windows(split, rows, seed)), calls);
    }

    @Override
    public String renderInput(long[] ids) {
        return calls.call(TEXT, () -> task.renderInput(ids));
    }

    @Override
    public String renderTarget(long[] ids) {
        return calls.call(TEXT, () -> task.renderTarget(ids));
    }

    @Override
    public long[] parseInput(String text) {
        return calls.call(TEXT, () -> task.parseInput(text));
    }

    @Override
    public boolean scoresGenerated() {
        return calls.call(SCORES, task::scoresGenerated);
    }

    @Override
    public Map<String, Double> scoreGenerated(List<long[]> hypotheses, List<long[]> references) {
        return calls.call(SCORES, () -> task.scoreGenerated(hypotheses, references));
    }

    /** Windows of the plugin's. */
    private record Windows(WindowSource source, PluginCalls calls) implements WindowSource {
        @Override
        public long size() {
            return calls.call(DATA, source::size);
        }

        @Override
        public Window window(long position) {
            return calls.call(DATA, () -> source.window(position));
        }
    }
}
