package dev.mneme.backbone;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.nn.Embedding;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.Pass;
import dev.mneme.nn.Positions;
import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Token ids to the rows that enter the first block: embedding, scale, position, dropout. */
final class TokenInput extends Module {
    private final Embedding tokens;
    private final @Nullable Embedding learnedPositions;
    private final @Nullable Tensor fixedPositions;
    private final @Nullable Normalization norm;
    private final BackboneConfig config;
    private final int positionCount;

    TokenInput(ModuleContext context, BackboneConfig config, int vocabulary, int positionCount) {
        super(context);
        this.config = config;
        this.positionCount = positionCount;
        tokens = child("tokens", c -> new Embedding(c, vocabulary, config.dim(), config.embeddingStd()));
        boolean learned = config.positions() == BackboneConfig.PositionScheme.LEARNED;
        boolean sinusoidal = config.positions() == BackboneConfig.PositionScheme.SINUSOIDAL;
        learnedPositions = learned
                ? child("positions", c -> new Embedding(c, positionCount, config.dim(), config.positionStd()))
                : null;
        fixedPositions = sinusoidal
                ? constant(Positions.sinusoidal(context.backend(), context.dtype(), 0, positionCount, config.dim()))
                : null;
        norm = config.embeddingNorm() ? child("norm", config::newNorm) : null;
    }

    /**
     * Rows (batch, length, dim) of ids (batch, length).
     *
     * @param first position of the first token
     */
    Tensor forward(Tensor ids, long first, Pass pass) {
        Tensor embedded = tokens.forward(ids);
        Tensor scaled = config.scaleEmbeddings() ? embedded.mul(Math.sqrt(config.dim())) : embedded;
        Tensor placed = addPositions(scaled, first);
        return pass.dropout(norm == null ? placed : norm.forward(placed), config.dropout());
    }

    /** Adds the positions {@code first ..} to rows (batch, length, dim). */
    Tensor addPositions(Tensor rows, long first) {
        Tensor table = learnedPositions != null ? learnedPositions.table() : fixedPositions;
        if (table == null) {
            return rows;
        }
        long end = first + rows.size(1);
        if (end > positionCount) {
            throw new MnemeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "a segment of " + end + " positions; this model was built for " + positionCount
                            + ". Use shorter segments, or train with a larger model.segment");
        }
        return rows.add(table.slice(0, first, end));
    }
}
