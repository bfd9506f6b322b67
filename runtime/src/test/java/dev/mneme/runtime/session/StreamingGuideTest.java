package dev.mneme.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.runtime.generate.Decoding;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.WindowSource;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StreamingGuideTest {
    private static final Path SOURCE =
            Path.of("src/test/java", StreamingGuideTest.class.getName().replace('.', '/') + ".java");

    private final Letters task = new Letters();
    private final List<String> replies = new ArrayList<>();

    /** The lines of the guide's example. */
    @Test
    void theExampleRuns(@TempDir Path folder) {
        Path file = folder.resolve("ishmael.session");
        try (TensorBackend backend = Small.Engine.REFERENCE.open();
                Model model = Small.model(backend, task, DType.F64, 0)) {
            // guide
            try (SessionPool pool = SessionPool.open(model, SessionOptions.defaults())) {
                Session session = pool.open();
                double[] logProbabilities = session.feed(task.parseInput("Call me Ishmael. "));
                Generated written = session.generate(
                        new Decoding(100, 0.8, 40, 0.95, 7),
                        StopRule.texts(task::renderTarget, List.of("\n\n")),
                        token -> {});
                reply(task.renderTarget(written.tokens()));

                session.save(file, Map.of("user", "17"));
                Session restored = pool.restore(file);
                Session fork = restored.fork();
                CompletableFuture<double[]> one = restored.feedAsync(task.parseInput("Some years ago"));
                CompletableFuture<double[]> other = fork.feedAsync(task.parseInput("Never mind"));
                compare(one.join(), other.join());
            }
            // end of guide
            assertThat(replies).hasSize(2);
            assertThat(replies.get(0)).hasSize(100);
            assertThat(backend.memory().liveTensors())
                    .isEqualTo(model.parameters().size());
        }
    }

    @Test
    void theGuideShowsTheseLines() throws IOException {
        String code = Files.readString(SOURCE).replaceAll("(?s).*?// guide\n(.*?) *// end of guide.*", "$1");
        assertThat(withoutLayout(Files.readString(Path.of("../docs/streaming.md"))))
                .contains(withoutLayout(code));
    }

    private static String withoutLayout(String text) {
        return text.lines().map(String::strip).collect(Collectors.joining()).replace(" ", "");
    }

    private void reply(String text) {
        replies.add(text);
    }

    private void compare(double[] one, double... other) {
        replies.add(Arrays.stream(one).sum() > Arrays.stream(other).sum() ? "one" : "other");
    }

    /** Text of eight letters, whatever is written. */
    private static final class Letters implements Task {
        private final SmallTask symbols = SmallTask.of(SmallTask.Kind.STREAM);

        @Override
        public TaskInfo info() {
            return symbols.info();
        }

        @Override
        public WindowSource windows(Split split, int rows, long seed) {
            return symbols.windows(split, rows, seed);
        }

        @Override
        public String renderInput(long[] ids) {
            return renderTarget(ids);
        }

        @Override
        public String renderTarget(long[] ids) {
            return Arrays.stream(ids)
                    .mapToObj(id -> String.valueOf((char) ('a' + id)))
                    .collect(Collectors.joining());
        }

        @Override
        public long[] parseInput(String text) {
            return text.chars().mapToLong(letter -> letter % SmallTask.SYMBOLS).toArray();
        }
    }
}
