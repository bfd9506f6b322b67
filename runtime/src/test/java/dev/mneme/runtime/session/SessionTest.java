package dev.mneme.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.generate.Decoding;
import dev.mneme.runtime.generate.Generator;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SessionTest {
    private static final SmallTask TASK = SmallTask.of(SmallTask.Kind.STREAM);

    private TensorBackend backend;
    private Model model;
    private SessionPool pool;

    @BeforeEach
    void open() {
        backend = Small.Engine.REFERENCE.open();
        model = Small.model(backend, TASK, DType.F64, 0);
        pool = SessionPool.open(model, SessionOptions.defaults());
    }

    @AfterEach
    void close() {
        pool.close();
        model.close();
        assertThat(backend.memory().liveTensors()).isZero();
        backend.close();
    }

    @ParameterizedTest
    @CsvSource({
        "REFERENCE, F64, true, 1e-12",
        "LIBTORCH, F64, true, 1e-12",
        "LIBTORCH, F32, true, 1e-6",
        "REFERENCE, F64, false, 1e-12",
        "LIBTORCH, F32, false, 1e-6"
    })
    void piecesOfAnySizeEqualOnePass(Small.Engine engine, DType dtype, boolean hasMemory, double tolerance) {
        SplittableRandom random = new SplittableRandom(5);
        try (TensorBackend other = engine.open();
                Model streamed =
                        hasMemory ? Small.model(other, TASK, dtype, 0) : Small.modelWithoutMemory(other, TASK, dtype);
                SessionPool streams = SessionPool.open(streamed, SessionOptions.defaults())) {
            for (int trial = 0; trial < 12; trial++) {
                long[] tokens = OnePass.tokens(streamed, 1 + random.nextInt(45), trial);
                double[] expected = OnePass.logProbabilities(streamed, tokens);
                try (Session session = streams.open()) {
                    double[] found = feedInPieces(session, tokens, random);
                    assertThat(found[0]).isNaN();
                    for (int i = 1; i < expected.length; i++) {
                        // Of its size: what is rounded differently depends on the processor, and single precision has
                        // 24 bits.
                        double share = tolerance * Math.max(1, Math.abs(expected[i]));
                        assertThat(found[i]).as("token %d", i).isEqualTo(expected[i], within(share));
                    }
                    assertThat(found).hasSameSizeAs(expected);
                    assertThat(session.tokensRead()).isEqualTo(tokens.length);
                }
            }
        }
    }

    @Test
    void nothingIsFedAtNoCost() {
        try (Session session = pool.open()) {
            assertThat(session.feed()).isEmpty();
            assertThat(session.tokensRead()).isZero();
        }
    }

    @Test
    void memoryDoesNotGrowWithTheStream() {
        try (Session session = pool.open()) {
            session.feed(OnePass.tokens(model, 2 * SmallTask.LENGTH + 1, 1));
            session.feed(); // Answered when all that the request before left behind is gone.
            long tensors = backend.memory().liveTensors();
            long bytes = backend.memory().liveBytes();
            for (int i = 0; i < 50; i++) {
                session.feed(OnePass.tokens(model, 4 * SmallTask.LENGTH, i));
                session.feed();
                assertThat(backend.memory().liveTensors()).isLessThanOrEqualTo(tensors);
                assertThat(backend.memory().liveBytes()).isLessThanOrEqualTo(bytes);
            }
        }
    }

    @Test
    void greedyTextIsThatOfTheGenerator() {
        Generator generator = new Generator(model);
        for (int length = 1; length < 10; length++) {
            long[] prompt = OnePass.tokens(model, length, length);
            try (Session session = pool.open()) {
                session.feed(prompt);
                Generated written = session.generate(Decoding.greedy(9));
                assertThat(written.tokens())
                        .containsExactly(generator
                                .continuations(List.of(prompt), Decoding.greedy(9))
                                .get(0));
                assertThat(written.end()).isEqualTo(Generated.End.LENGTH);
                assertThat(session.tokensRead()).isEqualTo(length + 9);
            }
        }
    }

    @Test
    void whatWasWrittenHasBeenRead() {
        long[] prompt = OnePass.tokens(model, 6, 1);
        Decoding decoding = new Decoding(11, 1.3, 0, 1, 42);
        try (Session session = pool.open()) {
            session.feed(prompt);
            Generated written = session.generate(decoding);
            long[] all = LongStream.concat(Arrays.stream(prompt), Arrays.stream(written.tokens()))
                    .toArray();
            double[] expected = OnePass.logProbabilities(model, all);
            assertThat(written.logProbabilities()).containsExactly(Arrays.copyOfRange(expected, 6, 17), within(1e-12));
            long[] more = {1, 2, 3};
            double[] after = OnePass.logProbabilities(
                    model,
                    LongStream.concat(Arrays.stream(all), Arrays.stream(more)).toArray());
            assertThat(session.feed(more)).containsExactly(Arrays.copyOfRange(after, 17, 20), within(1e-12));
        }
    }

    @Test
    void drawsDependOnSeedAndPlaceAlone() {
        long[] prompt = {1, 2, 3, 4, 5};
        try (Session whole = pool.open();
                Session parts = pool.open();
                Session other = pool.open()) {
            whole.feed(prompt);
            parts.feed(prompt);
            other.feed(prompt);
            long[] expected = whole.generate(new Decoding(40, 1.5, 0, 1, 7)).tokens();
            List<Long> found = new ArrayList<>();
            for (int count : new int[] {1, 12, 7, 20}) {
                Arrays.stream(parts.generate(new Decoding(count, 1.5, 0, 1, 7)).tokens())
                        .forEach(found::add);
            }
            assertThat(found).containsExactly(Arrays.stream(expected).boxed().toArray(Long[]::new));
            assertThat(other.generate(new Decoding(40, 1.5, 0, 1, 8)).tokens()).isNotEqualTo(expected);
        }
    }

    @Test
    void tokensAreToldAsTheyAreChosen() {
        List<Long> told = new ArrayList<>();
        try (Session session = pool.open()) {
            session.feed(3);
            Generated written = session.generate(Decoding.greedy(6), StopRule.NEVER, told::add);
            assertThat(told)
                    .containsExactly(Arrays.stream(written.tokens()).boxed().toArray(Long[]::new));
        }
    }

    @Test
    void stopSequencesEndTheText() {
        try (Session session = pool.open();
                Session again = pool.open()) {
            session.feed(1);
            again.feed(1);
            Decoding decoding = new Decoding(30, 2, 0, 1, 3);
            long[] free = session.generate(decoding).tokens();
            StopRule rule = StopRule.sequences(List.of(new long[] {free[7], free[8]}, new long[] {free[8], 99}));
            Generated stopped = again.generate(decoding, rule, token -> {});
            int end = firstEnd(free, free[7], free[8]);
            assertThat(stopped.tokens()).containsExactly(Arrays.copyOf(free, end));
            assertThat(stopped.end()).isEqualTo(Generated.End.STOP);
            assertThat(again.tokensRead()).isEqualTo(1 + end);
        }
    }

    @Test
    void stopTextsAreFoundAcrossTokens() {
        StopRule rule = StopRule.texts(Arrays::toString, List.of("3, 4"));
        assertThat(rule.stops().test(new long[] {1, 3, 4})).isTrue();
        assertThat(rule.stops().test(new long[] {3, 5, 4})).isFalse();
        assertThat(rule.lookback()).isEqualTo(8);
        assertThatThrownBy(() -> StopRule.texts(Arrays::toString, List.of("a", "")))
                .hasMessageStartingWith("CONFIG_INVALID: a stop sequence is empty");
        assertThatThrownBy(() -> StopRule.sequences(List.of(new long[0]))).isInstanceOf(MnemeException.class);
    }

    @Test
    void forksGoTheirOwnWays() {
        long[] start = OnePass.tokens(model, 7, 1);
        long[] left = OnePass.tokens(model, 6, 2);
        long[] right = OnePass.tokens(model, 9, 3);
        try (Session session = pool.open()) {
            session.feed(start);
            Session fork = session.fork();
            double[] foundLeft = session.feed(left);
            session.close();
            double[] foundRight = fork.feed(right);
            assertThat(fork.tokensRead()).isEqualTo(16);
            assertThat(foundLeft).containsExactly(continued(start, left), within(1e-12));
            assertThat(foundRight).containsExactly(continued(start, right), within(1e-12));
            fork.close();
        }
    }

    @Test
    void modelsThatDoNotPredictTheNextTokenAreRefused() {
        try (Model answering = Small.model(backend, SmallTask.of(SmallTask.Kind.ANSWER), DType.F64, 0)) {
            assertThatThrownBy(() -> SessionPool.open(answering, SessionOptions.defaults()))
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining("only a decoder")
                    .hasMessageContaining("ENCODER_DECODER");
        }
    }

    @Test
    void requestsThatMakeNoSenseAreRefused() {
        try (Session session = pool.open()) {
            assertThatThrownBy(() -> session.feed(1, 8))
                    .hasMessage("CONFIG_INVALID: fed token 8; the vocabulary has ids 0 to 7");
            assertThatThrownBy(() -> session.generate(Decoding.greedy(1)))
                    .hasMessageContaining("at the very beginning of a stream");
            assertThat(session.tokensRead()).isZero();
        }
        assertThatThrownBy(() -> new SessionOptions(0, 1, Duration.ZERO)).isInstanceOf(MnemeException.class);
    }

    @Test
    void predictionsThatAreNoNumbersAreAnError() {
        try (Session session = pool.open()) {
            session.feed(1, 2, 3, 4, 5);
            Tensor head = model.parameters().get("controller.head.bias").value();
            try (TensorScope scope = backend.scope()) {
                Tensor good = head.detach().mul(1);
                head.assign(backend.full(head.shape(), Double.NaN, DType.F64));
                assertThatThrownBy(() -> session.feed(6, 7))
                        .extracting(e -> ((MnemeException) e).code())
                        .isEqualTo(ErrorCode.NUMERIC_NOT_FINITE);
                head.assign(good);
            }
            assertThat(session.tokensRead()).isEqualTo(5);
            assertThat(session.feed(6)).doesNotContain(Double.NaN);
        }
    }

    private double[] continued(long[] start, long[] tokens) {
        long[] all =
                LongStream.concat(Arrays.stream(start), Arrays.stream(tokens)).toArray();
        return Arrays.copyOfRange(OnePass.logProbabilities(model, all), start.length, all.length);
    }

    private static double[] feedInPieces(Session session, long[] tokens, SplittableRandom random) {
        double[] result = new double[tokens.length];
        for (int start = 0; start < tokens.length; ) {
            int length = Math.min(tokens.length - start, random.nextInt(11));
            double[] piece = session.feed(Arrays.copyOfRange(tokens, start, start + length));
            System.arraycopy(piece, 0, result, start, length);
            start += length;
        }
        return result;
    }

    private static int firstEnd(long[] tokens, long first, long second) {
        int end = 2;
        while (tokens[end - 2] != first || tokens[end - 1] != second) {
            end++;
        }
        return end;
    }
}
