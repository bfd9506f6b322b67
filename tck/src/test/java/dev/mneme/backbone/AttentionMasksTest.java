package dev.mneme.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.Reading;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pictures of who attends to whom: a line per query, x = may attend. */
final class AttentionMasksTest {
    private static final long DIM = 2;

    private final TensorBackend backend = ReferenceBackend.open();
    private final TensorScope scope = backend.scope();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private AttentionMasks masks(
            int memory, int tokens, int queries, boolean causal, boolean mutual, int window, boolean... valid) {
        return masks(memory, tokens, 0, queries, causal, mutual, window, valid);
    }

    private AttentionMasks masks(
            int memory,
            int tokens,
            int trailing,
            int queries,
            boolean causal,
            boolean mutual,
            int window,
            boolean... valid) {
        Tensor validity = valid.length == 0 ? null : backend.tensor(valid, Shape.of(1, valid.length));
        return new AttentionMasks(backend, memory, tokens, trailing, queries, causal, mutual, window, validity, null);
    }

    /** What the attention really lets through: weights of equal scores. */
    private List<String> picture(Attention attention, long queries, long keys) {
        Tensor query = backend.zeros(Shape.of(1, 1, queries, DIM), DType.F64);
        Tensor key = backend.zeros(Shape.of(1, 1, keys, DIM), DType.F64);
        double[] weights = query.attentionWeights(key, attention).toDoubles();
        return IntStream.range(0, (int) queries)
                .mapToObj(i -> {
                    StringBuilder line = new StringBuilder();
                    for (int j = 0; j < keys; j++) {
                        line.append(weights[i * (int) keys + j] > 0 ? 'x' : '.');
                    }
                    return line.toString();
                })
                .toList();
    }

    private Reading.Keys keys(long rows, @Nullable Tensor mask, boolean seesSequence) {
        return new Reading.Keys(backend.zeros(Shape.of(1, rows, DIM), DType.F64), mask, seesSequence);
    }

    @Test
    void withoutRulesNoMaskIsBuilt() {
        assertThat(masks(2, 3, 5, false, false, -1).self()).isEqualTo(Attention.FULL);
        assertThat(masks(2, 3, 5, true, false, -1).self()).isEqualTo(Attention.CAUSAL);
        assertThat(masks(2, 3, 5, true, false, -1).with(keys(4, null, true))).isEqualTo(Attention.CAUSAL);
    }

    @Test
    void strictMemoryRowsSeeEarlierRows() {
        assertThat(picture(masks(2, 2, 4, true, false, -1).self(), 4, 4))
                .containsExactly("x...", "xx..", "xxx.", "xxxx");
    }

    @Test
    void mutualMemoryRowsSeeEachOtherAndNoToken() {
        assertThat(picture(masks(2, 2, 4, true, true, -1).self(), 4, 4))
                .containsExactly("xx..", "xx..", "xxx.", "xxxx");
    }

    @Test
    void paddedTokensAreNoKeysAndMemoryRowsAlwaysAre() {
        assertThat(picture(masks(1, 3, 4, false, false, -1, true, true, false).self(), 4, 4))
                .containsOnly("xxx.");
        assertThat(picture(masks(1, 3, 4, true, false, -1, true, false, true).self(), 4, 4))
                .containsExactly("x...", "xx..", "xx..", "xx.x");
    }

    @Test
    void theWindowLimitsTokensAmongThemselves() {
        assertThat(picture(masks(1, 4, 5, false, false, 1).self(), 5, 5))
                .containsExactly("xxxxx", "xxx..", "xxxx.", "x.xxx", "x..xx");
        assertThat(picture(
                        masks(1, 4, 5, true, false, 1, true, true, true, true).self(), 5, 5))
                .containsExactly("x....", "xx...", "xxx..", "x.xx.", "x..xx");
    }

    @Test
    void aPieceAtTheEndSeesWhatTheWholeSees() {
        List<String> whole = picture(masks(2, 4, 6, true, true, 2).self(), 6, 6);
        assertThat(picture(masks(2, 4, 2, true, true, 2).self(), 2, 6)).isEqualTo(whole.subList(4, 6));
    }

    @Test
    void extraKeysStandBeforeTheSequence() {
        assertThat(picture(masks(0, 3, 3, true, false, -1).with(keys(2, null, true)), 3, 5))
                .containsExactly("xxx..", "xxxx.", "xxxxx");
        assertThat(picture(masks(0, 3, 3, false, false, -1, true, false, true).with(keys(2, null, true)), 3, 5))
                .containsOnly("xxx.x");
        assertThat(picture(masks(0, 3, 3, false, false, 0).with(keys(2, null, true)), 3, 5))
                .containsExactly("xxx..", "xx.x.", "xx..x");
    }

    @Test
    void extraKeysCanBeMaskedAndCanStandAlone() {
        Tensor mask = backend.tensor(new boolean[] {true, false}, Shape.of(1, 1, 1, 2));
        assertThat(picture(masks(0, 2, 2, true, false, -1).with(keys(2, mask, true)), 2, 4))
                .containsExactly("x.x.", "x.xx");
        assertThat(picture(masks(0, 2, 2, true, false, -1).with(keys(2, mask, false)), 2, 2))
                .containsOnly("x.");
        assertThat(picture(masks(0, 2, 2, true, false, -1, true, false).with(keys(2, null, false)), 2, 2))
                .containsOnly("xx");
    }

    @Test
    void trailingRowsSeeTheSegmentAndNoTokenSeesThem() {
        assertThat(masks(1, 2, 2, 5, true, false, -1).self()).isEqualTo(Attention.CAUSAL);
        assertThat(picture(masks(1, 2, 2, 5, true, false, -1).self(), 5, 5))
                .containsExactly("x....", "xx...", "xxx..", "xxxx.", "xxxxx");
        assertThat(picture(masks(1, 2, 2, 5, true, true, -1).self(), 5, 5))
                .containsExactly("x....", "xx...", "xxx..", "xxxxx", "xxxxx");
        assertThat(picture(masks(1, 2, 2, 2, true, true, -1).self(), 2, 5)).containsOnly("xxxxx");
    }

    @Test
    void trailingRowsAreOutsideTheWindowAndNeverPadding() {
        assertThat(picture(masks(0, 3, 1, 4, true, false, 0).self(), 4, 4))
                .containsExactly("x...", ".x..", "..x.", "xxxx");
        assertThat(picture(masks(1, 2, 1, 4, false, false, -1, true, false).self(), 4, 4))
                .containsOnly("xx.x");
    }
}
