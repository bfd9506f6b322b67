package dev.mneme.runtime.model;

import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.nn.ModuleContext;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.plugin.MemoryEntry;
import dev.mneme.runtime.plugin.MemoryRegistry;
import dev.mneme.task.TaskInfo;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import jakarta.inject.Inject;

/** Builds models of the memories that are installed. */
public final class ModelFactory {
    private final MemoryRegistry memories;

    @Inject
    public ModelFactory(MemoryRegistry memories) {
        this.memories = memories;
    }

    /**
     * Builds the model of a run with fresh parameters.
     *
     * @return the caller closes it
     * @throws dev.mneme.error.MnemeException ({@code NAME_UNKNOWN}) if there is no such memory, ({@code CONFIG_INVALID})
     *     if its settings are wrong or do not go together, ({@code PLUGIN_MISBEHAVED}) if it breaks a rule of the SPI
     */
    public Model create(RunConfig config, TaskInfo task, TensorBackend backend, DType dtype) {
        ModelDescription description = new ModelDescription(
                config.memory(),
                memories.require(config.memory()).version(),
                config.memorySettings(),
                config.model(),
                task,
                dtype,
                config.seed());
        return create(description, backend);
    }

    /**
     * Builds a described model, such as that of a checkpoint, with fresh parameters.
     *
     * @return the caller closes it
     * @throws dev.mneme.error.MnemeException as {@link #create(RunConfig, TaskInfo, TensorBackend, DType)}
     */
    public Model create(ModelDescription description, TensorBackend backend) {
        MemoryEntry entry = memories.require(description.memory());
        return create(entry.provider(), description.ofVersion(entry.version()), backend);
    }

    /**
     * Builds a model of a memory that need not be installed.
     *
     * @param provider of the memory that is described
     * @return the caller closes it
     */
    public static <C extends Record> Model create(
            MemoryProvider<C> provider, ModelDescription description, TensorBackend backend) {
        C config = Settings.bind("memory", provider.configType(), description.memorySettings());
        ModuleContext modules = new ModuleContext(backend, description.dtype(), description.seed());
        Mechanism mechanism =
                provider.create(config, new MechanismContext(modules, description.backbone(), description.task()));
        try {
            return new Model(mechanism, description.withSettings(Settings.toMap(config)), backend);
        } catch (RuntimeException e) {
            mechanism.close();
            throw e;
        }
    }
}
