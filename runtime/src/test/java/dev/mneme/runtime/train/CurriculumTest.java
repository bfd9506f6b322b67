package dev.mneme.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.MeanMemoryProvider;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.task.Form;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CurriculumTest {
    private static final TaskInfo INFO = new TaskInfo(Form.DECODER, 8, 8, 4, 0, -1, -1, 0.5, Double.NaN);

    @TempDir
    private Path directory;

    @Test
    void stagesFollowEachOtherAndTheTaskComesLast() {
        Task task = SmallTask.of(SmallTask.Kind.RECALL);
        Curriculum curriculum = new Curriculum(
                List.of(new Curriculum.Stage("one", task, 3), new Curriculum.Stage("two", task, 1)), task);

        assertThat(List.of(1L, 3L, 4L, 5L, 99L))
                .extracting(curriculum::label)
                .containsExactly("one", "one", "two", "", "");
        assertThat(List.of(1L, 2L, 3L, 4L, 5L, 6L))
                .extracting(curriculum::changesAt)
                .containsExactly(false, false, false, true, true, false);
        assertThat(Curriculum.none(task).label(1)).isEmpty();
        assertThat(Curriculum.none(task).changesAt(2)).isFalse();
    }

    @Test
    void aStageThatTheModelCannotRunIsRefusedWithEverythingThatIsWrong() {
        Task larger = new Relabelled(new TaskInfo(Form.DECODER, 9, 8, 5, 0, -1, -1, 0.5, Double.NaN));
        Task other = new Relabelled(new TaskInfo(Form.ENCODER_DECODER, 8, 8, 4, 2, 1, 2, 0.5, Double.NaN));
        assertThatThrownBy(() -> new Curriculum(
                        List.of(
                                new Curriculum.Stage("symbols=9", larger, 1),
                                new Curriculum.Stage("form=encoder-decoder", other, 1)),
                        new Relabelled(INFO)))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessage("""
                        CONFIG_INVALID: 5 problems in the configuration
                          1. curriculum, stage 1 (symbols=9): it has 9 input symbols, a model of the task itself takes at most 8; \
                        a stage must not be larger than the task
                          2. curriculum, stage 1 (symbols=9): it has 5 tokens a segment, a model of the task itself takes at most 4; \
                        a stage must not be larger than the task
                          3. curriculum, stage 2 (form=encoder-decoder): the form is ENCODER_DECODER, that of the task itself is DECODER
                          4. curriculum, stage 2 (form=encoder-decoder): it has 2 tokens a target, a model of the task itself takes at \
                        most 0; a stage must not be larger than the task
                          5. curriculum, stage 2 (form=encoder-decoder): targets begin and end with the symbols 1 and 2, those of the \
                        task itself with -1 and -1\
                        """);
    }

    @Test
    void everyStageReadsItsOwnWindowsAtThePositionsOfTheRun() {
        List<String> read = new CopyOnWriteArrayList<>();
        Task recall = SmallTask.of(SmallTask.Kind.RECALL);
        Curriculum curriculum = new Curriculum(
                List.of(new Curriculum.Stage("easy", new Recorded("easy", recall, read), 2)),
                new Recorded("whole", recall, read));
        List<String> stages = new ArrayList<>();
        try (TensorBackend backend = Small.Engine.REFERENCE.open();
                Model model = Small.model(backend, recall, DType.F32, 0)) {
            TrainListener listener = new TrainListener() {
                @Override
                public void stepped(StepReport report) {
                    stages.add(report.stage());
                }
            };
            new Trainer(model, curriculum, Small.config(Map.of("steps", 4, "accumulate", 2)), 7, null, listener)
                    .train();
        }

        assertThat(read)
                .containsExactly("easy 0", "easy 1", "easy 2", "easy 3", "whole 4", "whole 5", "whole 6", "whole 7");
        assertThat(stages).containsExactly("easy", "easy", "", "");
    }

    /** Streams with carried state, whose size differs between the stages. */
    @ParameterizedTest
    @ValueSource(longs = {2, 4, 5, 8})
    void aBrokenRunGoesOnInItsStageBitByBit(long death) throws IOException {
        TrainConfig config = Small.config(Map.of("accumulate", 2, "save_every", 1, "keep", 100, "steps", 9));
        try (TensorBackend backend = Small.Engine.REFERENCE.open()) {
            RunFolder unbroken = RunFolder.create(directory.resolve("unbroken"));
            try (Model model = model(backend, 1)) {
                new Trainer(model, streams(), config, 7, unbroken, TrainListener.NONE).train();
            }
            RunFolder broken = RunFolder.create(directory.resolve("broken"));
            TrainListener killer = new TrainListener() {
                @Override
                public void checkpointSaved(long step, Path folder) {
                    if (step == death) {
                        throw new IllegalStateException("killed");
                    }
                }
            };
            try (Model model = model(backend, 1)) {
                assertThatThrownBy(() -> new Trainer(model, streams(), config, 7, broken, killer).train())
                        .hasMessage("killed");
            }
            try (Model model = model(backend, 2)) {
                new Trainer(model, streams(), config, 7, broken, TrainListener.NONE).resume();
            }
            for (String file : List.of("weights.safetensors", "optimizer.safetensors", "state.safetensors")) {
                assertThat(broken.checkpoint(9).resolve(file))
                        .hasSameBinaryContentAs(unbroken.checkpoint(9).resolve(file));
            }
            assertThat(Files.readAllLines(unbroken.metrics()).stream()
                            .map(line -> line.contains("\"stage\":\"short\"")))
                    .startsWith(true, true, true, true, false);
            assertThat(Files.readAllLines(broken.metrics())).hasSameSizeAs(Files.readAllLines(unbroken.metrics()));
        }
    }

    @Test
    void streamsOfAStageDoNotGoOnIntoTheNext() throws IOException {
        TrainConfig config = Small.config(Map.of("save_every", 1, "keep", 100, "steps", 3, "lr", 0));
        Task stream = SmallTask.of(SmallTask.Kind.STREAM);
        try (TensorBackend backend = Small.Engine.REFERENCE.open()) {
            RunFolder whole = RunFolder.create(directory.resolve("whole"));
            RunFolder staged = RunFolder.create(directory.resolve("staged"));
            try (Model model = model(backend, 1)) {
                new Trainer(model, stream, config, 7, whole, TrainListener.NONE).train();
            }
            try (Model model = model(backend, 1)) {
                Curriculum same = new Curriculum(List.of(new Curriculum.Stage("same", stream, 2)), stream);
                new Trainer(model, same, config, 7, staged, TrainListener.NONE).train();
            }
            assertThat(staged.checkpoint(2).resolve("state.safetensors"))
                    .hasSameBinaryContentAs(whole.checkpoint(2).resolve("state.safetensors"));
            assertThat(Files.readAllBytes(staged.checkpoint(3).resolve("state.safetensors")))
                    .isNotEqualTo(Files.readAllBytes(whole.checkpoint(3).resolve("state.safetensors")));
        }
    }

    private static Curriculum streams() {
        SmallTask stream = SmallTask.of(SmallTask.Kind.STREAM);
        return new Curriculum(
                List.of(new Curriculum.Stage("short", stream.withTrainingSize(5), 4)), stream.withTrainingSize(9));
    }

    private static Model model(TensorBackend backend, long seed) {
        return Small.model(
                new MeanMemoryProvider(), backend, SmallTask.of(SmallTask.Kind.STREAM), DType.F32, 0.2, seed);
    }

    /** Nothing but an info. */
    private record Relabelled(TaskInfo info) implements Task {
        @Override
        public WindowSource windows(Split split, int rows, long seed) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String renderInput(long[] ids) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String renderTarget(long[] ids) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long[] parseInput(String text) {
            throw new UnsupportedOperationException();
        }
    }

    /** Notes which training windows are read. */
    private record Recorded(String name, Task task, List<String> read) implements Task {
        @Override
        public TaskInfo info() {
            return task.info();
        }

        @Override
        public WindowSource windows(Split split, int rows, long seed) {
            WindowSource source = task.windows(split, rows, seed);
            return new WindowSource() {
                @Override
                public long size() {
                    return source.size();
                }

                @Override
                public Window window(long position) {
                    if (split == Split.TRAIN) {
                        read.add(name + " " + position);
                    }
                    return source.window(position);
                }
            };
        }

        @Override
        public String renderInput(long[] ids) {
            return task.renderInput(ids);
        }

        @Override
        public String renderTarget(long[] ids) {
            return task.renderTarget(ids);
        }

        @Override
        public long[] parseInput(String text) {
            return task.parseInput(text);
        }
    }
}
