package dev.mneme.memory;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.nn.ModuleContext;
import dev.mneme.task.TaskInfo;

/**
 * What a mechanism is built with.
 *
 * @param modules engine, element type and seed of the parameters; use {@code modules.child("memory")} and so on for
 *     the roles so that their paths match {@link Mechanism#parameters()}
 * @param backbone sizes and choices of the transformer
 * @param task vocabularies, form and lengths
 */
public record MechanismContext(ModuleContext modules, BackboneConfig backbone, TaskInfo task) {}
