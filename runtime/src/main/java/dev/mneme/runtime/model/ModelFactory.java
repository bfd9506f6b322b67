package dev.mneme.runtime.model;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.nn.ModuleContext;
import dev.mneme.task.TaskInfo;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import java.util.Map;

/** Builds models. */
public final class ModelFactory {
    private ModelFactory() {}

    /**
     * Builds a model with fresh parameters.
     *
     * @param version of the plugin the provider came from
     * @param settings the mechanism's own, by key; what is left out takes its default
     * @param seed of the first values
     * @return the caller closes it
     * @throws dev.mneme.error.MnemeException ({@code CONFIG_INVALID}) if the settings are wrong or do not go together,
     *     ({@code PLUGIN_MISBEHAVED}) if the mechanism breaks a rule
     */
    public static Model create(
            MemoryProvider<?> provider,
            String version,
            Map<String, ?> settings,
            BackboneConfig backbone,
            TaskInfo task,
            TensorBackend backend,
            DType dtype,
            long seed) {
        return bindAndCreate(provider, version, settings, backbone, task, backend, dtype, seed);
    }

    /**
     * Builds a described model again, with fresh parameters.
     *
     * @param provider of the mechanism the description names
     * @return the caller closes it
     */
    public static Model create(
            MemoryProvider<?> provider, String version, ModelDescription description, TensorBackend backend) {
        return bindAndCreate(
                provider,
                version,
                description.memorySettings(),
                description.backbone(),
                description.task(),
                backend,
                description.dtype(),
                description.seed());
    }

    private static <C extends Record> Model bindAndCreate(
            MemoryProvider<C> provider,
            String version,
            Map<String, ?> settings,
            BackboneConfig backbone,
            TaskInfo task,
            TensorBackend backend,
            DType dtype,
            long seed) {
        C config = Settings.bind("memory", provider.configType(), settings);
        ModelDescription description = new ModelDescription(
                provider.name(), version, Settings.toMap(config), backbone, task, dtype, seed);
        Mechanism mechanism = provider.create(
                config, new MechanismContext(new ModuleContext(backend, dtype, seed), backbone, task));
        try {
            return new Model(mechanism, description, backend);
        } catch (RuntimeException e) {
            mechanism.close();
            throw e;
        }
    }
}
