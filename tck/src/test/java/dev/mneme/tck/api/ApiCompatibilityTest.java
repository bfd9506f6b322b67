package dev.mneme.tck.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javassist.NotFoundException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stable types are as the last release left them, or grown. With {@code -Dmneme.api.accept} they are taken as they are. */
final class ApiCompatibilityTest {
    private static final String ACCEPT =
            "./mvnw -q -pl core-api,tck -am -Dtest=ApiCompatibilityTest -Dsurefire.failIfNoSpecifiedTests=false"
                    + " -Dmneme.api.accept test";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"core-api, dev.mneme.stability.Stable", "tck, dev.mneme.tck.memory.MemoryContract"})
    void stableTypesKeepTheirPromise(String module, Class<?> inModule)
            throws IOException, NotFoundException, URISyntaxException {
        Path released = Path.of("..", module, "src/api/stable.jar");
        Path now = folder.resolve("now.jar");
        Declarations.write(
                Path.of(inModule.getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI()),
                now);
        List<String> breaks = Files.exists(released) ? ApiBreaks.between(released, now) : List.of("no " + released);
        if (System.getProperty("mneme.api.accept") != null) {
            System.out.println(module + ": accepted\n  " + String.join("\n  ", breaks));
            Declarations.write(now, released);
            return;
        }
        assertThat(breaks)
                .as(
                        "%s breaks what it promised by @Stable. Keep the old form beside the new one and deprecate it."
                                + " Where the next version may break it (docs/versioning.md), tell it in CHANGELOG.md and run%n%s",
                        module, ACCEPT)
                .isEmpty();
    }
}
