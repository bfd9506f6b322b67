package dev.mneme.recurrentmemory;

import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The decoders that share most properties. */
enum DecoderForm {
    STANDARD(Map.of(), Map.of()),
    XL(Map.of("backbone", "xl"), Map.of("positions", "none", "scale_embeddings", true)),
    XL_POST_NORM(
            Map.of("backbone", "xl", "relative_shift", "exact", "head_dim", 3),
            Map.of("positions", "none", "norm", "post", "activation", "relu")),
    XL_CACHE(Map.of("backbone", "xl", "cache", 5), Map.of("positions", "none")),
    XL_CACHE_READ(
            Map.of("backbone", "xl", "cache", 30, "read_memory_from_cache", true),
            Map.of("positions", "none", "norm", "post"));

    private final Map<String, ?> memory;
    private final Map<String, ?> model;

    DecoderForm(Map<String, ?> memory, Map<String, ?> model) {
        this.memory = memory;
        this.model = model;
    }

    boolean hasCache() {
        return this == XL_CACHE || this == XL_CACHE_READ;
    }

    /** A small model with these {@code memory.*} settings on top. */
    TestModel create(TensorBackend backend, Map<String, ?> settings) {
        return create(backend, settings, Map.of());
    }

    /** With these {@code memory.*} and {@code model.*} settings on top. */
    TestModel create(TensorBackend backend, Map<String, ?> memorySettings, Map<String, ?> modelSettings) {
        Map<String, Object> allMemory = new LinkedHashMap<>(memory);
        allMemory.putAll(memorySettings);
        Map<String, Object> allModel = new LinkedHashMap<>(model);
        allModel.putAll(modelSettings);
        return TestModel.create(backend, allMemory, allModel, Form.DECODER);
    }

    TestModel create(TestEngine engine) {
        return create(engine.backend(), Map.of());
    }

    static Stream<Arguments> onAllEngines() {
        return TestEngine.all().stream().flatMap(engine -> Stream.of(values()).map(form -> Arguments.of(engine, form)));
    }
}
