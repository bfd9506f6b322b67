package dev.mneme.tck.memory;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;
import dev.mneme.nn.ModuleContext;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A mechanism to build: one case in one task form, with a narrow backbone. */
record Subject<C extends Record>(MemoryProvider<C> provider, MemoryCase<C> tried, Form form) {
    static final long SEED = 11;
    private static final int SOURCE_IDS = 7;

    /** The same with other keys. */
    Subject<C> with(C config) {
        MemoryCase<C> changed =
                new MemoryCase<>(tried.name(), config, tried.model(), tried.refusedForms(), tried.gradientCut());
        return new Subject<>(provider, changed, form);
    }

    /** As the provider makes it, with parameters as they start. */
    Mechanism create(TensorBackend backend, long seed) {
        return roles(backend, seed).assemble();
    }

    /** What it is made of, with parameters as they start. */
    Roles roles(TensorBackend backend, long seed) {
        return provider.roles(
                tried.config(), new MechanismContext(new ModuleContext(backend, DType.F64, seed), backbone(), task()));
    }

    /** With parameters moved off their first values, see {@link TestModel#spreadOut()}. */
    TestModel open(TensorBackend backend) {
        TestModel model = new TestModel(this, backend, create(backend, SEED));
        model.spreadOut();
        return model;
    }

    TaskInfo task() {
        int longest = TestSegments.LONGEST + 1;
        int targets = form == Form.ENCODER_DECODER ? TestSegments.TARGET + 1 : 0;
        return new TaskInfo(
                form, SOURCE_IDS, targetIds(), longest, targets, targets > 0 ? 0 : -1, -1, Double.NaN, Double.NaN);
    }

    /** Sizes that differ, so that no two can be confused. */
    private int targetIds() {
        return switch (form) {
            case DECODER -> SOURCE_IDS;
            case ENCODER -> 4;
            case ENCODER_DECODER -> 6;
        };
    }

    BackboneConfig backbone() {
        Map<String, Object> settings = new LinkedHashMap<>(Map.of(
                "dim",
                8,
                "layers",
                2,
                "heads",
                2,
                "feed_forward",
                12,
                "segment",
                TestSegments.LONGEST,
                "dropout",
                0.3));
        // Embeddings of the usual size would be tiny against the norms' epsilon and third derivatives huge.
        settings.putAll(Map.of("embedding_std", 0.7, "position_std", 0.7));
        settings.putAll(tried.model());
        return Settings.bind("model", BackboneConfig.class, settings);
    }

    @Override
    public String toString() {
        return form.name().toLowerCase(Locale.ROOT).replace('_', '-') + ", " + tried.name();
    }
}
