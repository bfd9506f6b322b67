/**
 * Acceptance experiments: what to train, how to evaluate it and what must come out, as YAML files. Start with
 * {@link dev.mneme.cli.experiment.Experiment}.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.experiment;
