package dev.mneme.runtime.plugin;

import java.util.List;
import java.util.Set;

/**
 * What a dropped-in plugin sees of the host, besides the JDK. These classes come from the host even if the plugin bundles
 * a copy, because they cross the border between the two (the API, logging) or own a native library, which only one class
 * loader can load.
 */
public final class SharedPackages {
    /** The packages of core-api, without subpackages, so that a plugin's own may lie below them. */
    static final Set<String> CORE_API = Set.of(
            "dev.mneme.backbone",
            "dev.mneme.config",
            "dev.mneme.error",
            "dev.mneme.memory",
            "dev.mneme.nn",
            "dev.mneme.stability",
            "dev.mneme.task",
            "dev.mneme.tensor",
            "dev.mneme.tensor.tape");

    /** Libraries, with all subpackages. */
    static final List<String> LIBRARY_PREFIXES =
            List.of("org.slf4j.", "org.pf4j.", "org.jspecify.", "org.bytedeco.", "org.nd4j.", "ai.djl.");

    private SharedPackages() {}

    /** Whether the class comes from the host. */
    static boolean contains(String className) {
        int end = className.lastIndexOf('.');
        return end > 0
                && (CORE_API.contains(className.substring(0, end))
                        || LIBRARY_PREFIXES.stream().anyMatch(className::startsWith));
    }
}
