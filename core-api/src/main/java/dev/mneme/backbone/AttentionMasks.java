package dev.mneme.backbone;

import dev.mneme.memory.Reading;
import dev.mneme.nn.RelativePositionBias;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may attend to whom in a sequence of M joined memory rows, L tokens and N trailing memory rows, of which the last
 * {@code queries} ask. Masks of a whole segment are made once and shared by its blocks.
 *
 * <p>Rules: padded tokens are never keys; memory rows are always in sight of tokens (of later rows only, under a causal
 * mask); the attention window limits tokens among themselves.
 */
final class AttentionMasks {
    private final TensorBackend backend;
    private final int memoryRows;
    private final int tokens;
    private final int trailing;
    private final int queries;
    private final boolean causal;
    private final boolean mutual;
    private final int window;
    private final @Nullable Tensor valid;
    private final @Nullable RelativePositionBias bias;
    private final Attention self;

    /**
     * Masks of one segment or piece of it.
     *
     * @param memoryRows joined rows M
     * @param tokens L so far, this piece included
     * @param trailing memory rows N behind them
     * @param queries rows that ask, the last ones of the sequence
     * @param valid (batch, L) or null
     */
    AttentionMasks(
            TensorBackend backend,
            int memoryRows,
            int tokens,
            int trailing,
            int queries,
            boolean causal,
            boolean mutual,
            int window,
            @Nullable Tensor valid,
            @Nullable RelativePositionBias bias) {
        this.backend = backend;
        this.memoryRows = memoryRows;
        this.tokens = tokens;
        this.trailing = trailing;
        this.queries = queries;
        this.causal = causal;
        this.mutual = mutual;
        this.window = window;
        this.valid = valid;
        this.bias = bias;
        this.self = withBias(ownAttention(), 0);
    }

    /** Attention of the queries over the sequence alone. */
    Attention self() {
        return self;
    }

    /** Attention of the queries over extra keys, then the sequence if the reading says so. */
    Attention with(Reading.Keys extra) {
        return with(extra.mask(), extra.rows().size(0), extra.rows().size(1), extra.seesSequence());
    }

    /** As {@link #with(Reading.Keys)}. */
    Attention with(Reading.Projected extra) {
        Tensor keys = extra.keyValues().keys();
        return with(extra.mask(), keys.size(0), keys.size(2), extra.seesSequence());
    }

    private Attention with(@Nullable Tensor mask, long batch, long extraRows, boolean seesSequence) {
        if (!seesSequence) {
            return Attention.masked(mask);
        }
        int extra = Math.toIntExact(extraRows);
        return withBias(beside(mask, batch, extra), extra);
    }

    private Attention beside(@Nullable Tensor extraMask, long batch, int extraRows) {
        if (extraMask == null && isPlain()) {
            return plain(extraRows);
        }
        Tensor left = extraMask == null
                ? backend.full(Shape.of(batch, 1, queries, extraRows), 1, DType.BOOL)
                : extraMask.expand(Shape.of(batch, 1, queries, extraRows));
        Tensor right = explicit().expand(Shape.of(batch, 1, queries, rows()));
        return Attention.masked(backend.concat(List.of(left, right), -1));
    }

    private Attention ownAttention() {
        return isPlain() ? plain(0) : Attention.masked(explicit());
    }

    /** Whether no rule but causality and validity is at work: engines have fast kernels for that. */
    private boolean isPlain() {
        boolean severalLeading = memoryRows > 1 && queries > tokens + trailing;
        boolean mutualMatters = mutual && causal && (severalLeading || trailing > 1);
        return window < 0 && !mutualMatters;
    }

    private Attention plain(int extraRows) {
        Attention attention = causal ? Attention.CAUSAL : Attention.FULL;
        return valid == null ? attention : attention.withMask(validKeys(valid, extraRows + memoryRows));
    }

    private int rows() {
        return memoryRows + tokens + trailing;
    }

    /** Padded tokens are no keys, the rows around the tokens always are: (batch, 1, 1, rows + L + N). */
    private Tensor validKeys(Tensor validTokens, int before) {
        long batch = validTokens.size(0);
        return around(validTokens, before, trailing).reshape(batch, 1, 1, before + tokens + trailing);
    }

    /** Validity of tokens (batch, L) with that many valid rows before and behind them. */
    static Tensor around(Tensor valid, int before, int behind) {
        if (before == 0 && behind == 0) {
            return valid;
        }
        TensorBackend backend = valid.backend();
        Tensor first = backend.full(Shape.of(valid.size(0), before), 1, DType.BOOL);
        Tensor last = backend.full(Shape.of(valid.size(0), behind), 1, DType.BOOL);
        return backend.concat(List.of(first, valid, last), 1);
    }

    private Tensor explicit() {
        int rows = rows();
        boolean[] allowed = new boolean[queries * rows];
        for (int i = 0; i < queries; i++) {
            int query = rows - queries + i;
            for (int key = 0; key < rows; key++) {
                allowed[i * rows + key] = allows(query, key);
            }
        }
        Tensor rule = backend.tensor(allowed, Shape.of(1, 1, queries, rows));
        if (valid == null) {
            return rule;
        }
        return rule.logicalAnd(validKeys(valid, memoryRows));
    }

    private boolean allows(int query, int key) {
        int tokenEnd = memoryRows + tokens;
        boolean sameRows = (query < memoryRows && key < memoryRows) || (query >= tokenEnd && key >= tokenEnd);
        if (causal && key > query && !(sameRows && mutual)) {
            return false;
        }
        boolean bothTokens = query >= memoryRows && key >= memoryRows && query < tokenEnd && key < tokenEnd;
        return !bothTokens || window < 0 || Math.abs(query - key) <= window;
    }

    private Attention withBias(Attention attention, int extraRows) {
        if (bias == null) {
            return attention;
        }
        int leadingQueries = Math.max(0, queries - tokens - trailing);
        return attention.withBias(
                bias.forward(queries, extraRows + rows(), extraRows + memoryRows, leadingQueries, trailing));
    }
}
