package dev.mneme.compressive;

import dev.mneme.compressive.CompressiveTransformerConfig.Compression;
import dev.mneme.compressive.CompressiveTransformerConfig.Start;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.StateSchema;
import dev.mneme.nn.ModuleContext;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two queues of rows a layer, filled from the end: what entered the block lately, (batch, n_m + c - 1, dim), and what became
 * of older rows, (batch, n_cm, dim). Layers share the counts of rows that are there.
 */
final class CompressiveMemory implements Memory {
    /** State entry (batch), I64: memory rows each stream has. */
    static final String COUNT = "memory.count";

    /** State entry (batch), I64: compressed rows each stream has. */
    static final String COMPRESSED_COUNT = "compressed.count";

    /** State entry (batch, places): segments each memory row was in sight of; with most-used only. */
    static final String AGE = "memory.age";

    private final ModuleContext modules;
    private final CompressiveTransformerConfig config;
    private final StateSchema schema;

    CompressiveMemory(ModuleContext modules, CompressiveTransformerConfig config, int layers, int dim) {
        this.modules = modules;
        this.config = config;
        Sizes sizes = Sizes.bound(config);
        Map<String, Shape> shapes = new LinkedHashMap<>();
        boolean measured = config.compression() == Compression.MOST_USED && sizes.compressed() > 0;
        for (int layer = 0; layer < layers; layer++) {
            shapes.put(rows(layer), Shape.of(sizes.places(), dim));
            if (sizes.compressed() > 0) {
                shapes.put(compressed(layer), Shape.of(sizes.compressed(), dim));
            }
            if (measured) {
                shapes.put(use(layer), Shape.of(sizes.places()));
            }
        }
        if (measured) {
            shapes.put(AGE, Shape.of(sizes.places()));
        }
        shapes.put(COUNT, Shape.scalar());
        if (sizes.compressed() > 0) {
            shapes.put(COMPRESSED_COUNT, Shape.scalar());
        }
        schema = new StateSchema(
                sizes.places() == 0
                        ? List.of()
                        : shapes.entrySet().stream()
                                .map(entry ->
                                        new StateSchema.Entry(entry.getKey(), dtype(entry.getKey()), entry.getValue()))
                                .toList());
    }

    private DType dtype(String entry) {
        return entry.endsWith("count") ? DType.I64 : modules.dtype();
    }

    /** State entry (batch, places, dim) of what entered this block. */
    static String rows(int layer) {
        return "layers." + layer + ".memory";
    }

    /** State entry (batch, n_cm, dim). */
    static String compressed(int layer) {
        return "layers." + layer + ".compressed";
    }

    /** State entry (batch, places): mean attention weight each memory row received; with most-used only. */
    static String use(int layer) {
        return "layers." + layer + ".use";
    }

    @Override
    public StateSchema schema() {
        return schema;
    }

    @Override
    public MemoryState initialState(long batch) {
        TensorBackend backend = modules.backend();
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (StateSchema.Entry entry : schema.entries()) {
            state.put(entry.name(), backend.zeros(entry.bound().inserting(0, batch), entry.dtype()));
        }
        if (config.start() == Start.ZEROS && !state.isEmpty()) {
            Sizes sizes = Sizes.bound(config);
            state.replace(COUNT, backend.full(Shape.of(batch), sizes.length(), DType.I64));
            state.computeIfPresent(
                    COMPRESSED_COUNT, (name, zero) -> backend.full(Shape.of(batch), sizes.compressed(), DType.I64));
        }
        return MemoryState.of(state);
    }

    @Override
    public List<MemoryView> views(Observation observation) {
        return QueueViews.of(observation, Sizes.of(config, false));
    }
}
