package dev.mneme.runtime.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.runtime.internal.ServiceFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand bad jars beside two good ones. The seed can be passed back with {@code -Dmneme.drill.seed}; the number of
 * jars is {@code -Dmneme.drill.jars}.
 */
final class FaultDrillTest {
    private static final int JARS = Integer.getInteger("mneme.drill.jars", 1000);

    @TempDir
    Path plugins;

    @Test
    void everyBadJarIsReportedWithItsReasonAndTheGoodOnesWork() throws Exception {
        long seed = Long.getLong("mneme.drill.seed", System.nanoTime());
        try {
            drill(seed);
        } catch (Exception | Error e) {
            throw new AssertionError("-Dmneme.drill.seed=" + seed + " -Dmneme.drill.jars=" + JARS, e);
        }
    }

    private void drill(long seed) throws Exception {
        TestJar.plugin("first").memory("first.First", "first").write(plugins, "first.jar");
        TestJar.plugin("second").memory("second.Second", "second").write(plugins, "second.jar");
        Map<String, Pattern> expected = BadJars.of(seed).write(plugins, JARS);
        Set<Thread> before = Thread.getAllStackTraces().keySet();

        try (PluginHost host = PluginHost.open(
                PluginOptions.of(plugins).withLoadTimeout(Duration.ofMillis(300)), ServiceFiles.over())) {
            assertThat(host.memories().names()).containsExactlyInAnyOrder("none", "first", "second");
            assertThat(host.memories().require("first").provider().description().summary())
                    .isEqualTo("one line");
            assertThat(host.memories().require("second").configure(Map.of("slots", 7)))
                    .hasToString("Config[slots=7]");
            assertReported(host, expected);
        }

        OpenFiles.assertNoneBelow(plugins);
        Set<Thread> left = Thread.getAllStackTraces().keySet().stream()
                .filter(thread ->
                        !before.contains(thread) && thread.getName().startsWith("mneme-plugin-") && thread.isAlive())
                .collect(Collectors.toSet());
        assertThat(left).as("threads that are left").isEmpty();
    }

    private static void assertReported(PluginHost host, Map<String, Pattern> expected) {
        Map<String, String> reasons = new TreeMap<>();
        host.rejected()
                .forEach(one -> assertThat(reasons.put(one.jar(), one.reason()))
                        .as("%s is reported once", one.jar())
                        .isNull());
        assertThat(reasons.keySet()).as("reported").isEqualTo(expected.keySet());
        expected.forEach(
                (file, reason) -> assertThat(reasons.get(file)).as(file).containsPattern(reason));
    }
}
