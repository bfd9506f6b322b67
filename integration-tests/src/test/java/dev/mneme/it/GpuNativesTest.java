package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Natives for GPUs are close to a gigabyte: nobody gets them without asking. */
final class GpuNativesTest {
    private static final Path ROOT =
            Path.of(System.getProperty("mneme.root")).toAbsolutePath().normalize();
    private static final String NATIVES = "backends-cuda/libtorch-natives";
    private static final String REDISTRIBUTION = "backends-cuda/libtorch-redist";

    @Test
    void dependenciesOnThemStandInTheirOwnArtifactsAndInProfilesOnly() throws Exception {
        List<String> found = new ArrayList<>();
        for (Path pom : poms()) {
            for (Element dependency : dependencies(pom)) {
                if (isGpuNative(dependency) && !isWithin(dependency, "profile")) {
                    found.add(ROOT.relativize(pom).toString());
                }
            }
        }

        assertThat(found).contains(NATIVES + "/pom.xml", REDISTRIBUTION + "/pom.xml");
        assertThat(Set.copyOf(found)).hasSize(2);
    }

    @Test
    void theirArtifactsAreNoModulesOfTheOrdinaryBuild() throws Exception {
        NodeList modules = parse(ROOT.resolve("pom.xml")).getElementsByTagName("module");
        List<String> ordinary = new ArrayList<>();
        for (int i = 0; i < modules.getLength(); i++) {
            if (!isWithin(modules.item(i), "profile")) {
                ordinary.add(modules.item(i).getTextContent().strip());
            }
        }

        assertThat(ordinary).contains("backends-cuda/libtorch").doesNotContain(NATIVES, REDISTRIBUTION);
    }

    @Test
    void distributionHasTheEngineWithoutNativesAndDoctorSaysWhatIsMissing() throws Exception {
        try (Stream<Path> jars =
                Files.list(Path.of(System.getProperty("mneme.distribution")).resolve("lib"))) {
            List<String> names = jars.map(jar -> jar.getFileName().toString()).toList();
            assertThat(names)
                    .anyMatch(name -> name.startsWith("mneme-backend-cuda-libtorch-"))
                    .noneMatch(name -> name.contains("-gpu") || name.contains("cuda-redist"));
        }
        JsonNode engines = MnemeProcess.packaged()
                .run("doctor", "--json")
                .succeeded()
                .json()
                .path("engines");

        JsonNode cuda = engines.path(0);
        assertThat(cuda.path("name").asText()).isEqualTo("libtorch-cuda");
        assertThat(cuda.path("available").asBoolean()).isFalse();
        assertThat(cuda.path("reason").asText())
                .containsAnyOf("no NVIDIA GPU is seen here", "natives for GPUs", "NVIDIA's driver");
    }

    private static List<Path> poms() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT, 3)) {
            return files.filter(
                            file -> file.endsWith("pom.xml") && !file.toString().contains("/target/"))
                    .sorted()
                    .toList();
        }
    }

    /** Those that are declared, not those that only have a version. */
    private static List<Element> dependencies(Path pom) throws Exception {
        NodeList nodes = parse(pom).getElementsByTagName("dependency");
        List<Element> declared = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            if (!isWithin(nodes.item(i), "dependencyManagement")) {
                declared.add((Element) nodes.item(i));
            }
        }
        return declared;
    }

    private static boolean isGpuNative(Element dependency) {
        String artifact = text(dependency, "artifactId");
        String classifier = text(dependency, "classifier");
        return classifier.endsWith("-gpu")
                || artifact.startsWith("cuda-redist")
                || (artifact.equals("cuda") && !classifier.isEmpty())
                || artifact.equals("mneme-backend-cuda-libtorch-natives")
                || artifact.equals("mneme-backend-cuda-libtorch-redist");
    }

    private static String text(Element parent, String name) {
        Node found = parent.getElementsByTagName(name).item(0);
        return found == null ? "" : found.getTextContent().strip();
    }

    private static boolean isWithin(Node node, String name) {
        for (Node at = node.getParentNode(); at != null; at = at.getParentNode()) {
            if (at.getNodeName().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static Element parse(Path pom) throws IOException, ParserConfigurationException, SAXException {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(pom.toFile())
                .getDocumentElement();
    }
}
