package dev.mneme.runtime.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.task.SegmentBatch;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class GeneratorTest {
    private static final int LENGTH = SmallTask.LENGTH;

    private TensorBackend backend;
    private Model model;
    private Generator generator;

    @BeforeEach
    void open() {
        backend = Small.Engine.REFERENCE.open();
        model = Small.model(backend, SmallTask.of(SmallTask.Kind.STREAM), DType.F64, 0);
        generator = new Generator(model);
    }

    @AfterEach
    void close() {
        model.close();
        assertThat(backend.memory().liveTensors()).isZero();
        backend.close();
    }

    @Test
    void greedyContinuationAcrossSegmentsIsThatOfWholeSegments() {
        for (int promptLength : new int[] {1, 3, 4, 5, 8, 9}) {
            long[] prompt = new long[promptLength];
            for (int i = 0; i < promptLength; i++) {
                prompt[i] = (3 * i + promptLength) % SmallTask.SYMBOLS;
            }
            List<Long> text = new ArrayList<>(Arrays.stream(prompt).boxed().toList());
            for (int i = 0; i < 7; i++) {
                text.add(nextByWholeSegments(text));
            }
            assertThat(generator
                            .continuations(List.of(prompt), Decoding.greedy(7))
                            .get(0))
                    .containsExactly(text.subList(promptLength, text.size()).stream()
                            .mapToLong(Long::longValue)
                            .toArray());
        }
    }

    @Test
    void rowsOfABatchAreIndependent() {
        List<long[]> prompts = List.of(new long[] {1, 2, 3}, new long[] {4}, new long[] {7, 0, 5}, new long[] {2, 2});
        for (Decoding decoding : List.of(Decoding.greedy(6), new Decoding(6, 0.8, 5, 0.9, 11))) {
            List<long[]> together = generator.continuations(prompts, decoding);
            assertThat(together).hasSize(4);
            assertThat(generator.continuations(prompts, decoding).get(3)).isEqualTo(together.get(3));
            long[] alone = generator.continuation(prompts.get(0), decoding, token -> {});
            assertThat(alone).isEqualTo(together.get(0));
        }
    }

    @Test
    void tokensAreToldAsTheyAreChosen() {
        List<Long> told = new ArrayList<>();
        long[] result = generator.continuation(new long[] {1, 2}, Decoding.greedy(5), told::add);
        assertThat(told)
                .containsExactly(Arrays.stream(result).boxed().toArray(Long[]::new))
                .hasSize(5);
    }

    @Test
    void greedyTargetsAreThoseOfTeacherForcing() {
        SmallTask task = SmallTask.of(SmallTask.Kind.ANSWER);
        try (Model answering = Small.model(backend, task, DType.F64, 0)) {
            List<long[]> sources = List.of(new long[] {1, 2, 3, 4}, new long[] {5, 0}, new long[] {3});
            List<long[]> targets = new Generator(answering).targets(sources, Decoding.greedy(5));
            for (int i = 0; i < sources.size(); i++) {
                assertThat(targets.get(i)).containsExactly(targetByTeacherForcing(answering, sources.get(i)));
            }
            assertThatThrownBy(() -> new Generator(answering).targets(List.of(new long[9]), Decoding.greedy(5)))
                    .hasMessageContaining("a source of 9 tokens; this model reads at most 4");
            assertThatThrownBy(
                            () -> new Generator(answering).continuations(List.of(new long[] {1}), Decoding.greedy(1)))
                    .hasMessageContaining("only a decoder");
        }
    }

    @Test
    void badPromptsAreRefused() {
        assertThatThrownBy(() -> generator.continuations(List.of(new long[0]), Decoding.greedy(1)))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("the prompt is empty");
        assertThatThrownBy(() -> generator.continuations(List.of(new long[] {8}), Decoding.greedy(1)))
                .hasMessageContaining("holds id 8, the vocabulary has ids 0 to 7");
        assertThatThrownBy(() -> generator.targets(List.of(new long[] {1}), Decoding.greedy(1)))
                .hasMessageContaining("only an encoder-decoder");
    }

    private long nextByWholeSegments(List<Long> text) {
        try (TensorScope scope = backend.scope()) {
            MemoryState state = null;
            StepResult result = null;
            for (int start = 0; start < text.size(); start += LENGTH) {
                long[] tokens = text.subList(start, Math.min(text.size(), start + LENGTH)).stream()
                        .mapToLong(Long::longValue)
                        .toArray();
                SegmentBatch batch = new SegmentBatch(1, tokens.length, tokens, null, 0, null, tokens, null);
                result = model.run(batch, state, Pass.evaluation());
                state = result.next();
            }
            return lastArgmax(result.logits());
        }
    }

    private long[] targetByTeacherForcing(Model answering, long[] source) {
        long begin = answering.describe().task().beginToken();
        long end = answering.describe().task().endToken();
        List<Long> decoder = new ArrayList<>(List.of(begin));
        while (decoder.size() <= 5) {
            try (TensorScope scope = backend.scope()) {
                long[] input = decoder.stream().mapToLong(Long::longValue).toArray();
                SegmentBatch batch = new SegmentBatch(1, source.length, source, null, input.length, input, input, null);
                long next =
                        lastArgmax(answering.run(batch, null, Pass.evaluation()).logits());
                if (next == end) {
                    break;
                }
                decoder.add(next);
            }
        }
        return decoder.stream().skip(1).mapToLong(Long::longValue).toArray();
    }

    private static long lastArgmax(Tensor logits) {
        long[] all = logits.argmax(-1, false).toLongs();
        return all[all.length - 1];
    }
}
