package dev.mneme.runtime.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryState;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.inspect.InspectedSegment.Change;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.session.Session;
import dev.mneme.runtime.session.SessionOptions;
import dev.mneme.runtime.session.SessionPool;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.task.SegmentBatch;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class InspectorTest {
    private static final SmallTask TASK = SmallTask.of(SmallTask.Kind.STREAM);
    private static final String MEAN = "mean";
    private static final int LENGTH = SmallTask.LENGTH;

    private TensorBackend backend;
    private Model model;

    @BeforeEach
    void open() {
        backend = Small.Engine.REFERENCE.open();
        model = Small.model(backend, TASK, DType.F64, 0);
    }

    @AfterEach
    void close() {
        model.close();
        assertThat(backend.memory().liveTensors()).isZero();
        backend.close();
    }

    private long[] tokens(int count) {
        return new SplittableRandom(3).longs(count, 0, TASK.info().vocabulary()).toArray();
    }

    private List<InspectedSegment> read(long[] tokens) {
        List<InspectedSegment> segments = new ArrayList<>();
        try (Inspector inspector = new Inspector(model, TASK)) {
            for (int from = 0; from < tokens.length; from += LENGTH) {
                segments.add(inspector.read(Arrays.copyOfRange(tokens, from, Math.min(tokens.length, from + LENGTH))));
            }
        }
        return segments;
    }

    @Test
    void tokensAreAsSurprisingAsToASession() {
        long[] tokens = tokens(3 * LENGTH + 2);
        double[] expected;
        try (SessionPool pool = SessionPool.open(model, SessionOptions.defaults());
                Session session = pool.open()) {
            expected = session.feed(tokens);
        }

        double[] found = read(tokens).stream()
                .flatMapToDouble(segment -> Arrays.stream(segment.surprises()))
                .toArray();

        assertThat(found).hasSameSizeAs(expected);
        assertThat(found[0]).isNaN();
        for (int i = 1; i < found.length; i++) {
            assertThat(-found[i]).as("token %d", i).isEqualTo(expected[i], within(1e-9));
        }
    }

    @Test
    void normsAreThoseOfTheStateAndOfItsChange() {
        long[] tokens = tokens(2 * LENGTH);
        double[] first;
        double[] second;
        try (TensorScope scope = backend.scope()) {
            MemoryState one =
                    model.run(batch(tokens, 0), null, Pass.evaluation()).next();
            MemoryState two =
                    model.run(batch(tokens, 1), one, Pass.evaluation()).next();
            first = one.get(MEAN).toDoubles();
            second = two.get(MEAN).toDoubles();
        }

        InspectedSegment last = read(tokens).get(1);

        double norm = 0;
        double written = 0;
        for (int i = 0; i < first.length; i++) {
            norm += second[i] * second[i];
            written += (second[i] - first[i]) * (second[i] - first[i]);
        }
        Change change = last.state().get(MEAN);
        assertThat(change.norm()).isEqualTo(Math.sqrt(norm), within(1e-12));
        assertThat(change.written())
                .isEqualTo(Math.sqrt(written), within(1e-12))
                .isPositive();
        assertThat(last.stateBytes()).isEqualTo(8L * first.length);
        assertThat(last.tokens()).hasSize(LENGTH);
        assertThat(last.loss())
                .isEqualTo(Arrays.stream(last.surprises()).average().orElseThrow(), within(1e-12));
    }

    @Test
    void oneTokenAloneHasNoLoss() {
        InspectedSegment only = read(tokens(1)).get(0);

        assertThat(only.loss()).isNaN();
        assertThat(only.views()).isEmpty();
    }

    @Test
    void otherFormsAreRefused() {
        SmallTask answering = SmallTask.of(SmallTask.Kind.ANSWER);

        assertThatThrownBy(() -> new Inspector(model, answering))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining("only a decoder that predicts its own input");
    }

    private static SegmentBatch batch(long[] tokens, int index) {
        long[] segment = Arrays.copyOfRange(tokens, index * LENGTH, (index + 1) * LENGTH);
        return new SegmentBatch(1, LENGTH, segment, null, 0, null, segment, null);
    }
}
