package dev.mneme.compressive;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RowQueue;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.List;

/** Puts a block's compressed rows and then its memory rows before the segment's own, without a gap, as keys and values. */
final class CompressiveReader implements Reader {
    private final CompressiveTransformerConfig config;
    private final int layers;

    CompressiveReader(CompressiveTransformerConfig config, int layers) {
        this.config = config;
        this.layers = layers;
    }

    /** The layer whose memories a block sees, and goes on with. */
    static int source(CompressiveTransformerConfig config, int layer, int layers) {
        return config.enhancedRecurrence() ? (layer + 1) % layers : layer;
    }

    @Override
    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
        if (request.site() != ReadRequest.Site.ATTENTION) {
            return Reading.NOTHING;
        }
        Sizes sizes = Sizes.of(config, pass.training());
        int places = sizes.places();
        int compressed = sizes.compressed();
        if (places == 0) {
            return Reading.NOTHING;
        }
        int from = source(config, request.layer(), layers);
        Tensor rows = last(state.get(CompressiveMemory.rows(from)), places);
        Tensor count = RowQueue.atMost(state.get(CompressiveMemory.COUNT), places);
        if (compressed == 0) {
            return keys(rows, count);
        }
        TensorBackend backend = rows.backend();
        Tensor all = backend.concat(List.of(last(state.get(CompressiveMemory.compressed(from)), compressed), rows), 1);
        Tensor older = RowQueue.atMost(state.get(CompressiveMemory.COMPRESSED_COUNT), compressed);
        Tensor closed = sizes.rate() == 1 ? all : RowQueue.pick(all, closing(count, compressed, places));
        return keys(closed, count.add(older));
    }

    /** Indices that move compressed rows up to the first memory row. */
    private static Tensor closing(Tensor count, int compressed, int places) {
        TensorBackend backend = count.backend();
        int total = compressed + places;
        Tensor place = backend.arange(0, total).unsqueeze(0);
        Tensor gap = backend.tensor(new long[] {places}, Shape.of(1)).sub(count).unsqueeze(-1);
        Tensor zero = backend.tensor(new long[] {0}, Shape.of(1));
        return RowQueue.filled(count, total).where(place, place.sub(gap).maximum(zero));
    }

    private static Reading keys(Tensor rows, Tensor count) {
        int total = Math.toIntExact(rows.size(1));
        return new Reading.Keys(rows, RowQueue.filled(count, total).reshape(rows.size(0), 1, 1, total), true);
    }

    private static Tensor last(Tensor rows, int count) {
        long size = rows.size(1);
        return size == count ? rows : rows.slice(1, size - count, size);
    }
}
