package dev.mneme.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** A Maven repository in a folder that holds what this build publishes, as far as a memory's project needs it. */
final class FolderRepository {
    private static final List<String> MODULES = List.of("bom", "core-api", "tck", "archetype", "backends-cpu/libtorch");

    private FolderRepository() {}

    /**
     * Copies flattened project files and jars.
     *
     * @param root of the checkout, with modules packaged
     */
    static void write(Path root, Path repository) throws IOException {
        for (String module : MODULES) {
            Path output = root.resolve(module).resolve("target");
            Path pom = output.resolve("flattened-pom.xml");
            Element project = parse(pom);
            String artifact = text(project, "artifactId");
            String version = text(project, "version");
            Path target = Files.createDirectories(
                    repository.resolve("dev/mneme").resolve(artifact).resolve(version));
            String name = artifact + "-" + version;
            Files.copy(pom, target.resolve(name + ".pom"));
            if (!"pom".equals(text(project, "packaging"))) {
                Files.copy(output.resolve(name + ".jar"), target.resolve(name + ".jar"));
            }
        }
    }

    private static Element parse(Path pom) throws IOException {
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
    private static String text(Element parent, String name) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node.getNodeName().equals(name)) {
                return node.getTextContent().strip();
            }
        }
        return "";
    }
}
