package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the build has made, for Maven builds of other people. They find it in a folder behind their usual local
 * repository, so that nothing of it is installed anywhere.
 */
final class BuiltArtifacts {
    private final Path folder;

    private BuiltArtifacts(Path folder) {
        this.folder = folder;
    }

    /** Copies flattened POMs and jars of all modules into a folder, in the layout of a local repository. */
    static BuiltArtifacts copiedTo(Path folder) throws IOException {
        List<PublishedModule> modules = PublishedModule.all(Workbench.root());
        assertThat(modules).as("modules of the build; run ./mvnw verify").hasSizeGreaterThan(10);
        for (PublishedModule module : modules) {
            module.copyTo(folder);
        }
        return new BuiltArtifacts(folder);
    }

    /** Arguments that make a Maven build read these artifacts, and everything else where this build reads it. */
    List<String> arguments() {
        String behind = System.getProperty("maven.repo.local.tail", "");
        List<String> arguments = new ArrayList<>();
        arguments.add("-Dmaven.repo.local=" + System.getProperty("mneme.maven.repository"));
        arguments.add("-Dmaven.repo.local.tail=" + folder + (behind.isEmpty() ? "" : "," + behind));
        if ("offline=true".equals(System.getProperty("mneme.maven.mode"))) {
            arguments.add("--offline");
        }
        return arguments;
    }
}
