package dev.mneme.backbone;

import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Normalization;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RelativePositionBias;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The decoder of an encoder-decoder: causal self-attention, cross-attention over the encoder's output, feed-forward. */
final class CrossDecoder extends Module {
    private final BackboneConfig config;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final @Nullable Normalization finalNorm;
    private final @Nullable RelativePositionBias bias;

    CrossDecoder(ModuleContext context, BackboneConfig config, int maxLength) {
        super(context);
        this.config = config;
        for (int i = 0; i < config.decoderLayerCount(); i++) {
            blocks.add(child(String.valueOf(i), c -> new TransformerBlock(c, config.block(true))));
        }
        finalNorm = config.norm() == TransformerBlock.NormPlacement.PRE ? child("norm", config::newNorm) : null;
        bias = config.positions() == BackboneConfig.PositionScheme.RELATIVE
                ? child("relative", c -> new RelativePositionBias(c, config.heads(), maxLength))
                : null;
    }

    /**
     * What the blocks cross-attend to.
     *
     * @param layers keys and values of each block; empty = there is no source and cross-attention is left out
     * @param attention mask over the source rows
     */
    record Source(List<KeyValues> layers, Attention attention) {
        void unscoped() {
            layers.forEach(layer -> {
                layer.keys().unscoped();
                layer.values().unscoped();
            });
            if (attention.mask() != null) {
                attention.mask().unscoped();
            }
        }

        void close() {
            layers.forEach(layer -> {
                layer.keys().close();
                layer.values().close();
            });
            if (attention.mask() != null) {
                attention.mask().close();
            }
        }
    }

    /**
     * Projects the encoder's output.
     *
     * @param rows (batch, memory + length, dim), memory rows first
     * @param valid (batch, length) or null
     */
    Source source(Tensor rows, int length, @Nullable Tensor valid) {
        boolean memoryOnly = config.crossAttention() == BackboneConfig.CrossAttention.MEMORY;
        long memoryRows = rows.size(1) - length;
        if (memoryOnly && memoryRows == 0) {
            return new Source(List.of(), Attention.FULL);
        }
        Tensor seen = memoryOnly ? rows.slice(1, 0, memoryRows) : rows;
        List<KeyValues> layers =
                blocks.stream().map(block -> block.crossKeyValues(seen)).toList();
        if (valid == null || memoryOnly) {
            return new Source(layers, Attention.FULL);
        }
        long batch = valid.size(0);
        Tensor all = rows.backend()
                .concat(List.of(rows.backend().full(Shape.of(batch, memoryRows), 1, DType.BOOL), valid), 1);
        return new Source(layers, Attention.masked(all.reshape(batch, 1, 1, memoryRows + length)));
    }

    /** Rows (batch, length, dim) of decoder inputs, whole targets at once. */
    Tensor run(Tensor rows, Source source, Pass pass) {
        int length = Math.toIntExact(rows.size(1));
        Attention causal = withBias(length, length);
        Tensor current = rows;
        for (int layer = 0; layer < blocks.size(); layer++) {
            TransformerBlock block = blocks.get(layer);
            Tensor attended = block.attention().forward(block.attentionInput(current), causal, pass);
            current = finish(layer, block.attentionResidual(current, attended, pass), source, pass);
        }
        return normalise(current);
    }

    private Tensor finish(int layer, Tensor rows, Source source, Pass pass) {
        TransformerBlock block = blocks.get(layer);
        Tensor crossed = source.layers().isEmpty()
                ? rows
                : block.cross(rows, source.layers().get(layer), source.attention(), pass);
        return block.feed(crossed, pass);
    }

    private Attention withBias(int queries, int keys) {
        return bias == null ? Attention.CAUSAL : Attention.CAUSAL.withBias(bias.forward(queries, keys));
    }

    private Tensor normalise(Tensor rows) {
        return finalNorm == null ? rows : finalNorm.forward(rows);
    }

    /** A target fed piece by piece. */
    final class Feed implements AutoCloseable {
        private final Source source;
        private final Pass pass;
        private final List<@Nullable KeyValues> caches = new ArrayList<>();
        private int tokens;

        /** Takes the source over: it is closed with this. */
        Feed(Source source, Pass pass) {
            this.source = source;
            this.pass = pass;
            source.unscoped();
            blocks.forEach(block -> caches.add(null));
        }

        /** Rows (batch, n, dim) of the next decoder inputs, after the final norm. Called in a scope. */
        Tensor feed(Tensor piece) {
            int length = Math.toIntExact(piece.size(1));
            tokens += length;
            Attention causal = withBias(length, tokens);
            Tensor rows = piece;
            for (int layer = 0; layer < blocks.size(); layer++) {
                TransformerBlock block = blocks.get(layer);
                Tensor input = block.attentionInput(rows);
                KeyValues earlier = caches.get(layer);
                KeyValues all = block.attention().keyValues(input).after(earlier);
                all.keys().unscoped();
                all.values().unscoped();
                caches.set(layer, all);
                if (earlier != null) {
                    earlier.keys().close();
                    earlier.values().close();
                }
                Tensor attended = block.attention().attend(block.attention().queries(input), all, causal, pass);
                rows = finish(layer, block.attentionResidual(rows, attended, pass), source, pass);
            }
            return normalise(rows);
        }

        @Override
        public void close() {
            source.close();
            caches.forEach(cache -> {
                if (cache != null) {
                    cache.keys().close();
                    cache.values().close();
                }
            });
        }
    }
}
