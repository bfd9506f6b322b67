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

/** A Maven repository in a folder that holds what this build made, as far as a memory's project needs it. */
final class FolderRepository {
    private static final List<String> MODULES =
            List.of(".", "bom", "core-api", "tck", "archetype", "backends-cpu/libtorch");

    private FolderRepository() {}

    /**
     * Copies project files and jars.
     *
     * @param root of the checkout, with modules packaged
     */
    static void write(Path root, Path repository) throws IOException {
        for (String module : MODULES) {
            Path folder = root.resolve(module);
            Path pom = folder.resolve("pom.xml");
            Element project = parse(pom);
            String artifact = text(project, "artifactId");
            String version = version(project);
            Path target = Files.createDirectories(
                    repository.resolve("dev/mneme").resolve(artifact).resolve(version));
            String name = artifact + "-" + version;
            Files.copy(pom, target.resolve(name + ".pom"));
            if (!"pom".equals(text(project, "packaging"))) {
                Files.copy(folder.resolve("target").resolve(name + ".jar"), target.resolve(name + ".jar"));
            }
        }
    }

    private static String version(Element project) {
        String own = text(project, "version");
        return own.isEmpty() ? text(child(project, "parent"), "version") : own;
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

    private static Element child(Element parent, String name) {
        return (Element) parent.getElementsByTagName(name).item(0);
    }
}
