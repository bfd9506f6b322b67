package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * What the build has made, for Maven builds of other people. They find it in a folder behind their usual local
 * repository, so that nothing of it is installed anywhere.
 */
final class BuiltArtifacts {
    /** Not of the reactor, or output. */
    private static final Set<String> SKIPPED = Set.of("target", "src", "examples", ".git");

    private final Path folder;

    private BuiltArtifacts(Path folder) {
        this.folder = folder;
    }

    /** Copies flattened POMs and jars of all modules into a folder, in the layout of a local repository. */
    static BuiltArtifacts copiedTo(Path folder) throws IOException {
        int jars = 0;
        for (Path module : modules(Path.of(System.getProperty("mneme.root")).normalize())) {
            Path pom = module.resolve("target/flattened-pom.xml");
            Coordinates coordinates = Coordinates.of(pom);
            Path target = Files.createDirectories(folder.resolve(coordinates.path()));
            Files.copy(pom, target.resolve(coordinates.file() + ".pom"));
            Path jar = pom.resolveSibling(coordinates.file() + ".jar");
            if (Files.exists(jar)) {
                Files.copy(jar, target.resolve(coordinates.file() + ".jar"));
                jars++;
            }
        }
        assertThat(jars).as("jars of the build; run ./mvnw verify").isGreaterThan(10);
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

    private static List<Path> modules(Path root) throws IOException {
        List<Path> modules = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                boolean skipped = !directory.equals(root)
                        && SKIPPED.contains(directory.getFileName().toString());
                return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.endsWith("pom.xml")) {
                    modules.add(file.getParent());
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return modules;
    }

    private record Coordinates(String group, String artifact, String version) {
        static Coordinates of(Path pom) throws IOException {
            Document document;
            try {
                document = DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(pom.toFile());
            } catch (ParserConfigurationException | SAXException e) {
                throw new AssertionError("cannot read " + pom, e);
            }
            Element project = document.getDocumentElement();
            return new Coordinates(text(project, "groupId"), text(project, "artifactId"), text(project, "version"));
        }

        private static String text(Element project, String name) {
            return Objects.requireNonNull(child(project, name)).getTextContent().strip();
        }

        private static @Nullable Element child(Element parent, String name) {
            for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
                if (node instanceof Element element && element.getTagName().equals(name)) {
                    return element;
                }
            }
            return null;
        }

        Path path() {
            return Path.of(group.replace('.', '/'), artifact, version);
        }

        String file() {
            return artifact + "-" + version;
        }
    }
}
