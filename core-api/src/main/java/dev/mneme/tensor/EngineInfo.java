package dev.mneme.tensor;

import java.util.Map;

/**
 * What an engine is, for {@code mneme doctor} and run records.
 *
 * @param name the engine's name as given to {@code --backend}
 * @param version of the native library
 * @param device where its tensors live, such as {@code cpu}
 * @param threads threads one operation may use
 * @param details further facts in the engine's words: BLAS, vector instructions, natives' origin
 */
public record EngineInfo(String name, String version, String device, int threads, Map<String, String> details) {
    public EngineInfo {
        details = Map.copyOf(details);
    }
}
