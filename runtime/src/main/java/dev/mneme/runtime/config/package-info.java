/**
 * What a run is made of: {@link dev.mneme.runtime.config.RunConfig}, put together by
 * {@link dev.mneme.runtime.config.RunConfigLoader} from a YAML or JSON file, explicit flags and {@code --set key=value},
 * each overriding the one before.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.runtime.config;
