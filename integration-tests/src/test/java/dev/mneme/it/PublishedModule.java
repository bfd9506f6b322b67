package dev.mneme.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * A module whose artifact this build publishes.
 *
 * @param output its {@code target}
 * @param pom the flattened project file, as users get it
 */
record PublishedModule(String artifact, String version, String packaging, Path output, Path pom) {
    /** Those of the BOM, and the BOM. */
    static List<PublishedModule> all(Path root) throws IOException {
        List<PublishedModule> modules = new ArrayList<>();
        collect(root, modules);
        return modules;
    }

    /**
     * Follows {@code modules} of project files; those that only hold modules or tests are not published. Modules of a
     * profile, such as the natives for GPUs, are no part of an ordinary build.
     */
    private static void collect(Path folder, List<PublishedModule> modules) throws IOException {
        Element project = parse(folder.resolve("pom.xml"));
        List<String> children = modules(project);
        for (String child : children) {
            collect(folder.resolve(child), modules);
        }
        boolean isTests = folder.endsWith("integration-tests");
        if (children.isEmpty() && !isTests) {
            Path output = folder.resolve("target");
            Path pom = output.resolve("flattened-pom.xml");
            Element flat = parse(pom);
            String packaging = text(flat, "packaging");
            modules.add(new PublishedModule(
                    text(flat, "artifactId"),
                    text(flat, "version"),
                    packaging.isEmpty() ? "jar" : packaging,
                    output,
                    pom));
        }
    }

    private static List<String> modules(Element project) {
        NodeList all = project.getElementsByTagName("module");
        return IntStream.range(0, all.getLength())
                .mapToObj(all::item)
                .filter(module -> module.getParentNode().getParentNode() == project)
                .map(module -> module.getTextContent().strip())
                .toList();
    }

    boolean hasJar() {
        return !"pom".equals(packaging);
    }

    Path jar() {
        return output.resolve(artifact + "-" + version + ".jar");
    }

    /** In a folder laid out as a Maven repository; with {@code end} as in {@code .pom} or {@code -sources.jar}. */
    Path in(Path repository, String end) {
        return repository
                .resolve("dev/mneme")
                .resolve(artifact)
                .resolve(version)
                .resolve(artifact + "-" + version + end);
    }

    /** Copies project file and jar to where a Maven repository has them. */
    void copyTo(Path repository) throws IOException {
        Files.createDirectories(in(repository, ".pom").getParent());
        Files.copy(pom, in(repository, ".pom"));
        if (hasJar()) {
            Files.copy(jar(), in(repository, ".jar"));
        }
    }

    static Element parse(Path pom) throws IOException {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(pom.toFile())
                    .getDocumentElement();
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("cannot read " + pom, e);
        }
    }

    /** Empty where there is none. */
    static String text(Element parent, String name) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node.getNodeName().equals(name)) {
                return node.getTextContent().strip();
            }
        }
        return "";
    }
}
