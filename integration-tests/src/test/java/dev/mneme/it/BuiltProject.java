package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What is asked of a third party's project after its own build. */
final class BuiltProject {
    private BuiltProject() {}

    /** The contract ran, on artifacts of the repository and on nothing of the reactor's build. */
    static void check(Path project, Workbench workbench) throws IOException {
        List<Path> reports;
        try (Stream<Path> files = Files.list(project.resolve("target/surefire-reports"))) {
            reports = files.filter(file -> file.toString().endsWith(".xml")).toList();
        }
        assertThat(reports).hasSize(1);
        String report = Files.readString(reports.get(0));
        assertThat(report)
                .containsPattern("<testsuite [^>]*tests=\"[1-9]\\d\\d\"")
                .containsPattern("<testsuite [^>]*failures=\"0\"")
                .contains("libtorch")
                .contains(workbench.localRepository() + "/dev/mneme/mneme-tck/")
                .doesNotContain(Workbench.root() + "/");
        assertThat(workbench.localRepository().resolve("dev/mneme/mneme-core-api"))
                .isDirectory();
    }
}
